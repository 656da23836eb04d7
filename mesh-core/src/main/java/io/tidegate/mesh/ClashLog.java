package io.tidegate.mesh;

import io.tidegate.routing.Clash;
import io.tidegate.routing.RoutingTable;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of each clash when it appears, and when it is over. Of the control thread alone. */
final class ClashLog {

  private static final Logger LOG = LoggerFactory.getLogger(ClashLog.class);

  private Set<Clash> known = Set.of();

  void onTable(RoutingTable table) {
    if (known.isEmpty() && table.clashes().isEmpty()) {
      return;
    }
    Set<Clash> now = new HashSet<>(table.clashes());
    for (Clash clash : table.clashes()) {
      if (!known.contains(clash)) {
        LOG.warn("{}", clash);
      }
    }
    for (Clash clash : known) {
      if (now.stream().noneMatch(other -> other.port().equals(clash.port()))) {
        LOG.info("{}: published by one service alone again", clash.port());
      }
    }
    known = now;
  }
}
