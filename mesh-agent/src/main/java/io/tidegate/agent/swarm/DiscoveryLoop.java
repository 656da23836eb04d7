package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.watch.WatchNews;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns what is known: takes facts, decides when to read, hands over each
 * topology that differs from the one before. Ends when it is interrupted.
 */
final class DiscoveryLoop implements Runnable {

  private static final String WATCH = "swarm-watch";

  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryLoop.class);

  /** How long a drain can be overdue before it is noticed. */
  private static final long TICK_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * While the stream flows, readings are for what it does not tell: what is on this node at each
   * event, and the whole Swarm this often, to compare.
   */
  private static final Duration WATCHED_INTERVAL = Duration.ofSeconds(10);

  private final BlockingQueue<Fact> facts;
  private final Questions questions;
  private final Consumer<Topology> sink;
  private final Duration pollInterval;
  private final RandomGenerator random;
  private final Discovery discovery = new Discovery(SystemEpochNanoClock.INSTANCE);
  private final Schedule schedule;

  private @Nullable Topology handedOver;
  private long wholeNanos;
  private boolean isFollowed;
  private volatile SourceStatus status = new SourceStatus("swarm", null, null, 0, 0);

  /** What the loop has others do: each call returns at once, and most end with a fact. */
  interface Questions {

    /** Starts a reading, of the whole Swarm or of what concerns this node. */
    void read(boolean isWholeSwarm);

    /** Starts to ask for a container's stop signal. */
    void askStopSignal(Fact.Signalled signalled);

    /** Has the stream begin anew. */
    void restartWatch();
  }

  DiscoveryLoop(
      BlockingQueue<Fact> facts,
      Questions questions,
      Consumer<Topology> sink,
      Duration pollInterval,
      RandomGenerator random) {
    this.facts = facts;
    this.questions = questions;
    this.sink = sink;
    this.pollInterval = pollInterval;
    this.random = random;
    long nowNanos = System.nanoTime();
    this.schedule = new Schedule(pollInterval, nowNanos);
    this.wholeNanos = nowNanos;
  }

  /** From any thread. */
  SourceStatus status() {
    return status;
  }

  @Override
  public void run() {
    try {
      while (!Thread.interrupted()) {
        turn();
      }
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  private void turn() throws InterruptedException {
    long nowNanos = System.nanoTime();
    if (schedule.isDue(nowNanos)) {
      schedule.onStarted(nowNanos);
      questions.read(isWholeDue(nowNanos));
    }
    long waitNanos = Math.min(TICK_NANOS, schedule.idleNanos(nowNanos));
    Fact fact = facts.poll(waitNanos, TimeUnit.NANOSECONDS);
    nowNanos = System.nanoTime();
    try {
      boolean isWatched = false;
      for (; fact != null; fact = facts.poll()) {
        apply(fact, nowNanos);
        isWatched |= fact instanceof Fact.Watched;
      }
      handOver(nowNanos);
      if (isWatched && discovery.isUnsettled(nowNanos)) {
        schedule.onEvent(nowNanos);
      }
    } catch (RuntimeException e) {
      LOG.error("{}: a turn failed; what is known stays in force", status.name(), e);
    }
  }

  private boolean isWholeDue(long nowNanos) {
    if (discovery.isWatched() && nowNanos - wholeNanos < 0) {
      return false;
    }
    // an interval may be shorter by a tenth
    wholeNanos = nowNanos + WATCHED_INTERVAL.toNanos() * 9 / 10;
    return true;
  }

  private void handOver(long nowNanos) {
    Topology topology = discovery.topology(nowNanos);
    if (topology != null && !topology.equals(handedOver)) {
      handedOver = topology;
      sink.accept(topology);
    }
  }

  private void apply(Fact fact, long nowNanos) {
    switch (fact) {
      case Fact.ReadDone done -> onRead(done.reading(), nowNanos);
      case Fact.ReadFailed failed -> onReadFailed(failed, nowNanos);
      case Fact.DaemonFound found -> {
        isFollowed = true;
        schedule.onEvent(nowNanos);
      }
      case Fact.DaemonLost lost -> {
        isFollowed = false;
        discovery.onDaemonLost();
        report(status.name(), status.lastSuccess(), lost.error());
        schedule.onEvent(nowNanos);
      }
      case Fact.SwarmLeft left -> {
        discovery.onDaemonLost();
        schedule.onDone(false, random.nextDouble(), nowNanos);
        report(status.name(), status.lastSuccess(), left.error());
      }
      case Fact.Watched(WatchNews news) -> onWatched(news, nowNanos);
      case Fact.Changed changed -> schedule.onEvent(nowNanos);
      case Fact.Signalled signalled -> {
        if (StopSignals.isAlways(signalled.signal())) {
          discovery.onStopping(signalled.taskId(), nowNanos);
        } else if (signalled.signal() > 0) {
          questions.askStopSignal(signalled);
        }
      }
      case Fact.Stopping stopping -> discovery.onStopping(stopping.taskId(), nowNanos);
      case Fact.Suspect suspect -> discovery.onSuspect(suspect.taskId(), nowNanos);
      case Fact.Healthy healthy -> {
        discovery.onHealthy(healthy.taskId());
        schedule.onEvent(nowNanos);
      }
      case Fact.Died died -> {
        discovery.onDied(died.taskId(), nowNanos);
        schedule.onEvent(nowNanos);
      }
    }
  }

  private void onWatched(WatchNews news, long nowNanos) {
    switch (news) {
      case WatchNews.Listed(ClusterState state) -> {
        discovery.onListed(state, nowNanos);
        schedule.setInterval(WATCHED_INTERVAL);
        name(WATCH);
        report(WATCH, Instant.now(), status.error());
      }
      case WatchNews.Committed(Commit commit) -> discovery.onCommit(commit, nowNanos);
      case WatchNews.Lost lost -> {
        discovery.onWatchLost();
        schedule.setInterval(pollInterval);
        schedule.onEvent(nowNanos);
      }
    }
  }

  private void onRead(Reading reading, long nowNanos) {
    try {
      if (discovery.onReading(reading, nowNanos)) {
        LOG.warn("{}: the API tells what the stream did not; it begins anew", WATCH);
        questions.restartWatch();
      }
    } catch (RuntimeException e) {
      LOG.debug("a reading that cannot be used", e);
      onReadFailed(
          new Fact.ReadFailed("not understood: " + e.getMessage(), reading.sandbox()), nowNanos);
      return;
    }
    schedule.onDone(discovery.isUnsettled(nowNanos), random.nextDouble(), nowNanos);
    String name =
        discovery.isWatched() ? WATCH : reading.cluster() == null ? "swarm-gossip" : "swarm-rest";
    name(name);
    report(name, Instant.now(), reading.warning());
  }

  private void name(String name) {
    if (!name.equals(status.name())) {
      LOG.info("reading the Swarm by {}", name);
    }
  }

  private void onReadFailed(Fact.ReadFailed failed, long nowNanos) {
    if (!isFollowed) {
      discovery.onDaemonLost();
    }
    discovery.onReadFailed(failed.sandbox());
    schedule.onDone(false, random.nextDouble(), nowNanos);
    report(status.name(), status.lastSuccess(), failed.error());
  }

  private void report(String name, @Nullable Instant lastSuccess, @Nullable String error) {
    SourceStatus before = status;
    if (error == null && before.error() != null) {
      LOG.info("{}: all is well again", name);
    } else if (error != null && !error.equals(before.error())) {
      LOG.warn("{}: {}; what is known stays in force", name, error);
    }
    long failures = before.failures() + (error == null ? 0 : 1);
    status = new SourceStatus(name, lastSuccess, error, failures, discovery.rejected());
  }
}
