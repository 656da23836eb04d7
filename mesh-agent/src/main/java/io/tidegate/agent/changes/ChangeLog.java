package io.tidegate.agent.changes;

import io.tidegate.metrics.Latency;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochNanoClock;

/**
 * The last changes of tasks, each with the time from when it was written to when it was in force.
 *
 * <pre>
 *   source ──► {@link #ahead} ──► control loop ──► {@link #onInForce} ──► {@link #after}
 *              compares          (makes a table)   stamps, counts        tells
 * </pre>
 *
 * The first topology is where the log begins; nothing in it has changed.
 */
public final class ChangeLog {

  /** How many changes are kept. */
  public static final int KEPT = 4_096;

  // More than that wait only while no table can be made at all.
  private static final int MOST_PENDING = 1_024;

  private record Pending(Topology topology, List<TaskChange> changes) {}

  private final EpochNanoClock clock;
  private final String source;
  private final long sinceNanos;

  // The source's thread only.
  private Topology offered = Topology.EMPTY;
  private boolean hasBegun;

  // The control thread is the only writer.
  private volatile Topology topology = Topology.EMPTY;
  private final Map<String, ChangeLags> lags = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  // All below under the lock.
  private final Condition grown = lock.newCondition();
  private final Queue<Pending> pending = new ArrayDeque<>();
  private final LoggedChange[] kept = new LoggedChange[KEPT];
  private long last;

  /**
   * @param source the name of the source, for facts that do not name one
   */
  public ChangeLog(EpochNanoClock clock, String source) {
    this.clock = clock;
    this.source = source;
    this.sinceNanos = clock.nanoTime();
  }

  /** When the log began, since 1970: the numbers of two logs have nothing to do with each other. */
  public long sinceNanos() {
    return sinceNanos;
  }

  /** The newest topology that the table in force says all of, or the empty one. */
  public Topology topology() {
    return topology;
  }

  /** The time that changes took, by their source. */
  public Map<String, ChangeLags> lags() {
    return Map.copyOf(lags);
  }

  /** Puts the log ahead of a mesh: it sees each topology first. */
  public Consumer<Topology> ahead(Consumer<Topology> mesh) {
    return next -> {
      onOffered(next);
      mesh.accept(next);
    };
  }

  private void onOffered(Topology next) {
    List<TaskChange> changes =
        hasBegun
            ? Differences.between(offered, next, new Origin(source, 0, clock.nanoTime()))
            : List.of();
    hasBegun = true;
    offered = next;
    lock.lock();
    try {
      if (pending.size() == MOST_PENDING) {
        pending.remove();
      }
      pending.add(new Pending(next, changes));
    } finally {
      lock.unlock();
    }
  }

  /** The table in force says all of this topology, and so of all that were offered before it. */
  @SuppressWarnings("ReferenceEquality") // Which one it is counts, not what is in it.
  public void onInForce(Topology settled) {
    topology = settled;
    long nowNanos = clock.nanoTime();
    lock.lock();
    try {
      Pending next;
      do {
        next = pending.poll();
        if (next != null) {
          next.changes.forEach(change -> add(change, nowNanos));
        }
      } while (next != null && next.topology != settled);
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void add(TaskChange change, long nowNanos) {
    last++;
    LoggedChange logged = new LoggedChange(last, nowNanos, change);
    kept[(int) (last % KEPT)] = logged;
    ChangeLags counted =
        lags.computeIfAbsent(
            change.origin().source(), _ -> new ChangeLags(new Latency(), new Latency()));
    counted.sinceHeard().recordNanos(logged.sinceHeardNanos());
    // What was written before there was anybody to put it in force says nothing.
    if (change.origin().writtenAtNanos() >= sinceNanos) {
      counted.lag().recordNanos(logged.lagNanos());
    }
  }

  /** The number of the newest change, 0 if there is none. */
  public long last() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What came after a change.
   *
   * @param sequence the number of the last change that the reader has seen, 0 for none
   * @param most how many to tell at the most, the oldest first
   * @param wait how long to wait for one where there is none; a number that the log has not reached
   *     yet is of another log, and not waited for
   */
  public Changes after(long sequence, int most, Duration wait) throws InterruptedException {
    long nanos = wait.toNanos();
    lock.lockInterruptibly();
    try {
      while (sequence == last && nanos > 0) {
        nanos = grown.awaitNanos(nanos);
      }
      long first = Math.max(sequence, last - KEPT) + 1;
      List<LoggedChange> changes = new ArrayList<>();
      for (long next = first; next <= last && changes.size() < most; next++) {
        changes.add(kept[(int) (next % KEPT)]);
      }
      return new Changes(last, Math.max(first - sequence - 1, 0), changes);
    } finally {
      lock.unlock();
    }
  }
}
