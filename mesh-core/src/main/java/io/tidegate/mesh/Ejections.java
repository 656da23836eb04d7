package io.tidegate.mesh;

import io.tidegate.metrics.EjectionCounters;
import io.tidegate.metrics.EjectionStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Ejection.Cause;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts endpoints that are ejected, and tells of them and of their return: one line for each task,
 * or for all of a node. Of the control thread alone, unless it says otherwise.
 */
final class Ejections {

  private static final Logger LOG = LoggerFactory.getLogger(Ejections.class);

  private static final int MOST_NAMED = 5;

  private final ConcurrentMap<RouteKey, EjectionCounters> counters = new ConcurrentHashMap<>();
  private RoutingTable known = RoutingTable.EMPTY;

  private enum Kind {
    EJECTED,
    SPARED,
    REVIVED
  }

  /** What is told in one line: a task's endpoints, or all of a node. */
  private record Event(Kind kind, String subject, Ejection ejection) {

    static Event of(Kind kind, Endpoint endpoint, Ejection ejection) {
      String node = "node " + endpoint.nodeId();
      return new Event(
          kind,
          ejection.cause() == Cause.NODE_SILENT ? node : endpoint.taskName() + " on " + node,
          ejection);
    }

    String text(long nowNanos, SortedSet<String> ports, SortedSet<String> tasks) {
      String text =
          switch (kind) {
            case EJECTED ->
                "%s: ejected for %s s, %s"
                    .formatted(subject, seconds(ejection.untilNanos() - nowNanos), why());
            case SPARED -> "%s: not ejected, %s, but too many others are".formatted(subject, why());
            case REVIVED ->
                "%s: back after %s s, %s"
                    .formatted(subject, seconds(nowNanos - ejection.sinceNanos()), why());
          };
      return ejection.cause() == Cause.NODE_SILENT
          ? "%s: %s (%d tasks: %s)".formatted(text, some(ports), tasks.size(), some(tasks))
          : text + ": " + some(ports);
    }

    private String why() {
      return ejection.times() == 1
          ? ejection.cause().text()
          : ejection.cause().text() + ", " + ejection.times() + " times in a row";
    }

    private static String seconds(long nanos) {
      return Double.toString(Math.round(nanos / 1e8) / 10.0);
    }

    private static String some(SortedSet<String> all) {
      return all.size() <= MOST_NAMED
          ? String.join(", ", all)
          : String.join(", ", all.stream().limit(MOST_NAMED).toList()) + ", …";
    }
  }

  /** Where the event took place. */
  private record Place(SortedSet<String> ports, SortedSet<String> tasks) {}

  /** By route, all since the route is there. For any thread. */
  SortedMap<RouteKey, EjectionStats> stats() {
    SortedMap<RouteKey, EjectionStats> stats = new TreeMap<>();
    counters.forEach((key, counted) -> stats.put(key, counted.stats()));
    return stats;
  }

  void onTable(RoutingTable table, long nowNanos) {
    Map<Event, Place> events = new LinkedHashMap<>();
    for (Difference<PublishedPort, Route> route : table.routes().differencesFrom(known.routes())) {
      compare(route.before(), route.after(), events);
    }
    known = table;
    events.forEach(
        (event, place) -> LOG.info("{}", event.text(nowNanos, place.ports, place.tasks)));
  }

  private void compare(@Nullable Route before, @Nullable Route after, Map<Event, Place> events) {
    if (before != null && (after == null || !RouteKey.of(before).equals(RouteKey.of(after)))) {
      counters.remove(RouteKey.of(before));
    }
    Map<EndpointId, Endpoint> suspects = new HashMap<>();
    if (before != null) {
      forEach(before, endpoint -> note(endpoint, suspects));
    }
    if (after != null) {
      forEach(after, endpoint -> compare(endpoint, suspects, after, events));
    }
  }

  private static void note(Endpoint endpoint, Map<EndpointId, Endpoint> suspects) {
    if (endpoint.ejection() != null) {
      suspects.put(endpoint.id(), endpoint);
    }
  }

  private void compare(
      Endpoint now, Map<EndpointId, Endpoint> suspects, Route route, Map<Event, Place> events) {
    Endpoint before = suspects.isEmpty() || now.address() == null ? null : suspects.get(now.id());
    Ejection ejection = now.ejection();
    if (ejection == null) {
      if (before != null) {
        Ejection over = Objects.requireNonNull(before.ejection());
        boolean wasAway = before.state() == EndpointState.EJECTED && now.state().mayAnswer();
        if (wasAway) {
          add(Event.of(Kind.REVIVED, now, over), now, route, events);
        }
      }
    } else if (before == null || !ejection.equals(before.ejection()) || isOther(now, before)) {
      EjectionCounters counted =
          counters.computeIfAbsent(RouteKey.of(route), _ -> new EjectionCounters());
      boolean isEjected = now.state() == EndpointState.EJECTED;
      (isEjected ? counted.ejections(ejection.cause()) : counted.spared).increment();
      Kind kind = isEjected ? Kind.EJECTED : Kind.SPARED;
      add(Event.of(kind, now, ejection), now, route, events);
    }
  }

  private static boolean isOther(Endpoint now, Endpoint before) {
    return now.state() != before.state();
  }

  private static void add(Event event, Endpoint endpoint, Route route, Map<Event, Place> events) {
    Place place = events.computeIfAbsent(event, _ -> new Place(new TreeSet<>(), new TreeSet<>()));
    place.ports.add(route.port() + " " + route.serviceName());
    place.tasks.add(endpoint.taskName());
  }

  private static void forEach(Route route, Consumer<Endpoint> action) {
    route.endpoints().forEach(action);
    route.withheld().forEach(action);
  }
}
