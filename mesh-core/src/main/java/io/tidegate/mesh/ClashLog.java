package io.tidegate.mesh;

import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Clash;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of each clash when it appears, and when it is over. Of the control thread alone. */
final class ClashLog {

  private static final Logger LOG = LoggerFactory.getLogger(ClashLog.class);

  private ChunkedMap<PublishedPort, Clash> known = ChunkedMap.empty();

  void onTable(RoutingTable table) {
    for (Difference<PublishedPort, Clash> clash : table.clashesByPort().differencesFrom(known)) {
      if (clash.after() != null) {
        LOG.warn("{}", clash.after());
      } else if (table.routes().get(clash.key()) == null) {
        LOG.info("{}: published by no service any more", clash.key());
      } else {
        LOG.info("{}: published by one service alone again", clash.key());
      }
    }
    known = table.clashesByPort();
  }
}
