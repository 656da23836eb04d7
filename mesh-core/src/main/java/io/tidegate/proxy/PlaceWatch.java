package io.tidegate.proxy;

import io.tidegate.routing.Bind;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the addresses of this node that ports are bound to: at once where a route wants others
 * than before, and now and then, since addresses come and go. Costs nothing where no route says
 * where it is bound.
 */
final class PlaceWatch {

  /** How long it may take until an address that comes is bound. */
  static final Duration PERIOD = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(PlaceWatch.class);

  private final NanoClock clock;
  // What was said last of ports that are not bound anywhere, by whoever looked.
  private final ConcurrentMap<PublishedPort, String> said = new ConcurrentHashMap<>();
  // Of whoever looks now and then, alone.
  private long dueNanos;

  PlaceWatch(NanoClock clock) {
    this.clock = clock;
    dueNanos = clock.nanoTime() + PERIOD.toNanos();
  }

  /** What there is for those routes of a table that are not bound as in the one before. */
  Map<PublishedPort, Places> changed(RoutingTable table, RoutingTable before) {
    Map<Bind, Places> found = new HashMap<>();
    Map<PublishedPort, Places> byPort = new HashMap<>();
    for (Difference<PublishedPort, Route> route : table.routes().differencesFrom(before.routes())) {
      Bind bind = bindOf(route.after());
      if (bind.isOfAgent()) {
        said.remove(route.key());
      } else if (!bind.equals(bindOf(route.before()))) {
        Places places = found.computeIfAbsent(bind, Places::look);
        byPort.put(route.key(), places);
        tell(route.key(), places);
      }
    }
    return byPort;
  }

  /** What there is for all routes of a table now, if that is due and as far as the system tells. */
  Map<PublishedPort, Places> again(RoutingTable table) {
    Map<PublishedPort, Places> byPort = new HashMap<>();
    if (clock.nanoTime() - dueNanos < 0) {
      return byPort;
    }
    dueNanos = clock.nanoTime() + PERIOD.toNanos();
    Map<Bind, Places> found = new HashMap<>();
    try {
      for (Route route : table.routes().values()) {
        Bind bind = route.policy().bind();
        if (!bind.isOfAgent()) {
          Places places = found.containsKey(bind) ? found.get(bind) : Places.of(bind);
          found.put(bind, places);
          byPort.put(route.port(), places);
          tell(route.port(), places);
        }
      }
    } catch (IOException e) {
      LOG.warn("cannot look for addresses of this node: {}; ports stay bound", e.getMessage());
    }
    return byPort;
  }

  private static Bind bindOf(@Nullable Route route) {
    return route == null ? Bind.OF_AGENT : route.policy().bind();
  }

  private void tell(PublishedPort port, Places places) {
    String problem = places.problem();
    if (problem == null) {
      said.remove(port);
    } else if (!problem.equals(said.put(port, problem))) {
      LOG.warn("{}: {}", port, problem);
    }
  }
}
