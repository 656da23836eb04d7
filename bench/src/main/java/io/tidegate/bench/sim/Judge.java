package io.tidegate.bench.sim;

import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches every table that comes into force on any node, takes the time, and does not let an
 * invariant be broken.
 */
final class Judge {

  static final String STALE = "a task that is gone is picked";
  static final String LOST = "a route is lost";
  static final String APART = "tables differ at the end";
  static final String ALONE = "a node is without a manager";

  private final Swarm swarm;
  private final Timeline time;
  private final Lags lags = new Lags();
  private final List<LocalTable> tables = new ArrayList<>();
  private final Map<PublishedPort, SwarmService> services = new HashMap<>();
  private final Map<Jump, Difference> jumps = new HashMap<>();
  private long wronglyGone;

  /** Between two standings of which the one does not lead to the other. */
  private record Jump(Standing before, Standing now) {}

  Judge(Swarm swarm, Timeline time) {
    this.swarm = swarm;
    this.time = time;
  }

  Lags lags() {
    return lags;
  }

  /** How many endpoints went from a node's table although their tasks could take traffic. */
  long wronglyGone() {
    return wronglyGone;
  }

  void add(LocalTable table) {
    tables.add(table);
  }

  private SwarmService service(PublishedPort port) {
    if (services.isEmpty()) {
      swarm.services.forEach(service -> services.put(service.port, service));
    }
    return Objects.requireNonNull(services.get(port));
  }

  /** A table is in force in place of another. */
  void onTable(LocalTable where, @Nullable Standing before, Standing now) {
    if (before == null) {
      return;
    }
    Set<PublishedPort> emptied = new LinkedHashSet<>();
    List<Standing.Step> way = before.wayTo(now);
    if (way != null) {
      way.forEach(step -> take(where, step.difference(), emptied));
    } else {
      take(where, jump(before, now), emptied);
    }
    long limitNanos = time.nanoTime() - Bounds.STALE_NANOS;
    for (PublishedPort port : emptied) {
      SwarmService service = service(port);
      if (service.running > 0 && service.runningSinceNanos <= limitNanos) {
        throw lost(where, service);
      }
    }
  }

  /** The difference that a new whole makes, which is so for all nodes that come the same way. */
  private Difference jump(Standing before, Standing now) {
    return jumps.computeIfAbsent(
        new Jump(before, now), _ -> Difference.between(before.table(), now.table(), swarm));
  }

  private void take(LocalTable where, Difference difference, Set<PublishedPort> emptied) {
    long nowNanos = time.nanoTime();
    for (Difference.Moment moment : difference.since()) {
      boolean isFollowed = moment.atNanos() >= where.sinceNanos();
      lags.add(isFollowed, nowNanos - moment.atNanos(), moment.tasks());
    }
    Gone gone = difference.oldestGone();
    if (gone != null) {
      checkGone(where, gone);
    }
    emptied.addAll(difference.emptied());
    difference.filled().forEach(emptied::remove);
    wronglyGone += difference.wronglyGone();
  }

  private void checkGone(LocalTable where, Gone gone) {
    long sinceNanos = Math.max(gone.sinceNanos(), where.sinceNanos());
    if (time.nanoTime() - sinceNanos > Bounds.STALE_NANOS) {
      throw new BrokenException(
          STALE,
          time.nanoTime(),
          where.machine.name,
          gone.port().toString(),
          "task %s is gone since %.3f s".formatted(gone.taskId(), gone.sinceNanos() / 1e9));
    }
  }

  private BrokenException lost(LocalTable where, SwarmService service) {
    return new BrokenException(
        LOST,
        time.nanoTime(),
        where.machine.name,
        service.port.toString(),
        "%d tasks run, at least one since %.3f s"
            .formatted(service.running, service.runningSinceNanos / 1e9));
  }

  /** Looks at everything that is in force now, whether or not it has changed lately. */
  void look() {
    jumps.clear();
    Looks looks = new Looks(swarm);
    for (LocalTable table : tables) {
      if (!table.machine.isLost) {
        look(table, looks);
      }
    }
  }

  private void look(LocalTable table, Looks looks) {
    long nowNanos = time.nanoTime();
    if (!table.isCurrent() && nowNanos - table.sinceNanos() > Bounds.OUTAGE_NANOS) {
      throw new BrokenException(
          ALONE,
          nowNanos,
          table.machine.name,
          "all",
          "since %.3f s".formatted(table.sinceNanos() / 1e9));
    }
    Standing standing = table.inForce();
    // its agent is new, and has no whole yet
    if (standing == null) {
      return;
    }
    Look look = looks.at(standing);
    Gone gone = look.oldestGone();
    if (gone != null && table.isCurrent()) {
      checkGone(table, gone);
    }
    // what it knew when it lost its manager, it has until there is another one
    long limitNanos = (table.isCurrent() ? nowNanos : table.sinceNanos()) - Bounds.STALE_NANOS;
    for (SwarmService service : look.missing()) {
      if (service.runningSinceNanos <= limitNanos && table.followedNanos() <= limitNanos) {
        throw lost(table, service);
      }
    }
  }

  /** Compares all tables with what is true, now that nothing changes any more. */
  void lookAtEnd() {
    look();
    Looks looks = new Looks(swarm);
    Look first = null;
    Set<Standing> seen = new HashSet<>();
    for (LocalTable table : tables) {
      if (table.machine.isLost) {
        continue;
      }
      Standing standing = table.inForce();
      if (standing == null || !table.isCurrent()) {
        throw apart(table, "all", "there is no manager's table");
      }
      if (!seen.add(standing)) {
        continue;
      }
      Look look = looks.at(standing);
      first = first == null ? look : first;
      if (look.wrong() != null) {
        throw apart(table, look.wrong(), "not what the store has");
      }
      if (!look.table().isSameAs(first.table())) {
        throw apart(table, "any", "not what other nodes have");
      }
    }
  }

  private BrokenException apart(LocalTable table, String route, String detail) {
    return new BrokenException(APART, time.nanoTime(), table.machine.name, route, detail);
  }
}
