package io.tidegate.bench.sim;

import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What can be picked by one table and not by another, and since when it should be so.
 *
 * @param since how many tasks came or went by the commit of each moment
 * @param oldestGone of those that went the one that should have first, or null
 * @param emptied ports that have no endpoint any more
 * @param filled ports that have one again
 * @param wronglyGone how many went that can still take traffic
 * @param print how much the fingerprint of the one is more than that of the other
 */
record Difference(
    List<Moment> since,
    @Nullable Gone oldestGone,
    List<PublishedPort> emptied,
    List<PublishedPort> filled,
    int wronglyGone,
    long print) {

  /** A commit, and how many tasks it let in or out. */
  record Moment(long atNanos, int tasks) {}

  static Difference between(RoutingTable before, RoutingTable now, Swarm swarm) {
    return new Comparison(swarm).of(before, now);
  }

  private static final class Comparison {
    private final Swarm swarm;
    private final TreeMap<Long, Integer> since = new TreeMap<>();
    private final List<PublishedPort> emptied = new ArrayList<>();
    private final List<PublishedPort> filled = new ArrayList<>();
    private @Nullable Gone oldestGone;
    private int wronglyGone;
    private long print;

    Comparison(Swarm swarm) {
      this.swarm = swarm;
    }

    Difference of(RoutingTable before, RoutingTable now) {
      for (ChunkedMap.Difference<PublishedPort, Route> route :
          now.routes().differencesFrom(before.routes())) {
        compare(route.before(), route.after());
      }
      List<Moment> moments = new ArrayList<>(since.size());
      since.forEach((atNanos, tasks) -> moments.add(new Moment(atNanos, tasks)));
      return new Difference(moments, oldestGone, emptied, filled, wronglyGone, print);
    }

    private static boolean isSame(@Nullable Route old, @Nullable Route other) {
      List<Endpoint> before = endpoints(old);
      List<Endpoint> now = endpoints(other);
      if (before.size() != now.size()) {
        return false;
      }
      for (int i = 0; i < now.size(); i++) {
        if (!now.get(i).taskId().equals(before.get(i).taskId())) {
          return false;
        }
      }
      return true;
    }

    private static List<Endpoint> endpoints(@Nullable Route route) {
      return route == null ? List.of() : route.endpoints();
    }

    private static long print(@Nullable Route route) {
      long z = route == null ? 0 : route.hashCode() + ((long) route.port().number() << 32);
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      return z ^ (z >>> 27);
    }

    private void compare(@Nullable Route old, @Nullable Route other) {
      print += print(other) - print(old);
      if (!isSame(old, other)) {
        compareEndpoints(old, other);
      }
    }

    private void compareEndpoints(@Nullable Route old, @Nullable Route other) {
      List<Endpoint> before = endpoints(old);
      List<Endpoint> now = endpoints(other);
      PublishedPort port = Objects.requireNonNull(old == null ? other : old).port();
      if (now.isEmpty() && !before.isEmpty()) {
        emptied.add(port);
      } else if (!now.isEmpty() && before.isEmpty()) {
        filled.add(port);
      }
      Set<String> kept = new HashSet<>();
      now.forEach(endpoint -> kept.add(endpoint.taskId()));
      for (Endpoint endpoint : before) {
        if (!kept.remove(endpoint.taskId())) {
          onGone(port, task(endpoint.taskId()));
        }
      }
      kept.forEach(id -> add(task(id).onNanos));
    }

    private SwarmTask task(String id) {
      return Objects.requireNonNull(swarm.everyTask.get(id));
    }

    private void onGone(PublishedPort port, SwarmTask task) {
      if (task.offNanos == SwarmTask.NEVER) {
        wronglyGone++;
        return;
      }
      add(task.offNanos);
      oldestGone = Gone.older(oldestGone, new Gone(port, task.id, task.offNanos));
    }

    private void add(long atNanos) {
      since.merge(atNanos, 1, Integer::sum);
    }
  }
}
