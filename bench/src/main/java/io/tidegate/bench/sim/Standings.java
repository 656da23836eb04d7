package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.bench.sim.Standing.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where nodes stand by what they have heard.
 *
 * <p>Shared, the nodes that were told the same whole and the same changes after it have one
 * replica: what the first of them to take an update makes of it is there for all others. One that
 * begins with another whole has a replica of its own, until its store has been compared with that
 * of others at the same version and was the same. One that is told something else than others were
 * at the same place has a replica of its own from there on.
 */
final class Standings {

  private final Swarm swarm;
  private final Timeline time;
  private final boolean isShared;
  private final List<Start> starts = new ArrayList<>();
  private final List<Replica> settled = new ArrayList<>();
  private final Set<Replica> newcomers = new HashSet<>();
  private int replicas;

  /** A whole, and where it leads to. */
  private record Start(Told<ClusterState> told, Standing to) {}

  Standings(Swarm swarm, Timeline time, boolean isShared) {
    this.swarm = swarm;
    this.time = time;
    this.isShared = isShared;
  }

  /** How many replicas there were. */
  int replicas() {
    return replicas;
  }

  /** Where a node stands after a whole. */
  Standing whole(@Nullable Standing before, long version, ClusterState state) {
    if (!isShared) {
      Replica own = before == null ? replica() : before.replica;
      return own.replace(state, version);
    }
    for (Start start : starts) {
      if (start.to.version == version && start.told.isSame(state)) {
        return start.to;
      }
    }
    Replica replica = replica();
    Standing standing = replica.replace(state, version);
    standing.hold();
    if (starts.isEmpty()) {
      settled.add(replica);
    } else {
      newcomers.add(replica);
    }
    starts.add(new Start(Told.of(state), standing));
    return standing;
  }

  private Replica replica() {
    replicas++;
    return new Replica(swarm, time);
  }

  /** Where a node stands after a change. */
  Standing change(Standing at, long version, Commit commit) {
    Standing known = at.next(version, commit);
    if (known != null) {
      return known;
    }
    Replica replica = at.replica.isAt(at) ? at.replica : fork(at);
    Step step = replica.apply(commit, version);
    Standing same = joined(step.to());
    at.add(same == null ? step : new Step(step.told(), step.difference(), same));
    return same == null ? step.to() : same;
  }

  /** Another replica that stands here: what was told so far once more. */
  private Replica fork(Standing at) {
    for (Start start : starts) {
      List<Step> way = start.to.wayTo(at);
      if (way != null) {
        Replica replica = replica();
        replica.replace(start.told.first(), start.to.version);
        way.forEach(step -> replica.apply(step.told().first(), step.to().version));
        settled.add(replica);
        return replica;
      }
    }
    throw new IllegalStateException("no whole leads to version " + at.version);
  }

  /** The standing at which others know exactly what a newcomer now does, if there are any. */
  private @Nullable Standing joined(Standing standing) {
    if (!newcomers.contains(standing.replica)) {
      return null;
    }
    for (Replica other : settled) {
      Standing head = other.head();
      if (head.version == standing.version && standing.replica.isSameAs(other)) {
        newcomers.remove(standing.replica);
        return head;
      }
    }
    return null;
  }
}
