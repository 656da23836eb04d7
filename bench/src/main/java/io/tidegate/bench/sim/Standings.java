package io.tidegate.bench.sim;

import io.tidegate.agent.peer.Epoch;
import io.tidegate.agent.peer.PeerNews;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where nodes stand by what they have heard.
 *
 * <p>Shared, the nodes that took the same whole of the same publisher and the same changes after it
 * have one replica: what the first of them to take an update makes of it is there for all others.
 * One that begins with another whole has a replica of its own, until its store has been compared
 * with that of the others at the same version and was the same.
 */
final class Standings {

  private final Swarm swarm;
  private final Timeline time;
  private final boolean isShared;
  private final Map<Epoch, Replica> mains = new HashMap<>();
  private final Map<Epoch, Standing> wholes = new HashMap<>();
  private int replicas;

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
  Standing whole(@Nullable Standing before, PeerNews.Whole news) {
    if (!isShared) {
      Replica own = before == null ? replica() : before.replica;
      return own.replace(news.state(), news.version());
    }
    Standing known = wholes.get(news.epoch());
    if (known != null && known.version == news.version()) {
      return known;
    }
    Replica replica = replica();
    Standing standing = replica.replace(news.state(), news.version());
    standing.hold();
    if (known != null) {
      known.release();
    }
    wholes.put(news.epoch(), standing);
    mains.putIfAbsent(news.epoch(), replica);
    return standing;
  }

  private Replica replica() {
    replicas++;
    return new Replica(swarm, time);
  }

  /** Where a node stands after a change. */
  Standing change(Standing at, PeerNews.Changed news) {
    Standing next = at.next();
    if (next == null) {
      Standing end = at.end();
      next = end.replica.apply(news.commit(), news.version());
      join(next, news.epoch());
    }
    if (next.version != news.version()) {
      throw new IllegalStateException(
          "version " + next.version + " (expected: " + news.version() + ")");
    }
    return next;
  }

  private void join(Standing standing, Epoch epoch) {
    Replica main = mains.get(epoch);
    Standing head = main == null ? null : main.head();
    if (isShared
        && head != null
        && main != standing.replica
        && head.version == standing.version
        && standing.replica.isSameAs(head.replica)) {
      standing.join(head);
    }
  }
}
