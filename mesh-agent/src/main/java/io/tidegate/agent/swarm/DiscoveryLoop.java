package io.tidegate.agent.swarm;

import io.tidegate.agent.source.SourceStatus;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns what is known: takes facts, decides when to read, hands over each
 * topology that differs from the one before. Ends when it is interrupted.
 */
final class DiscoveryLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryLoop.class);

  /** How long a drain can be overdue before it is noticed. */
  private static final long TICK_NANOS = Duration.ofSeconds(1).toNanos();

  private final BlockingQueue<Fact> facts;
  private final Runnable read;
  private final Consumer<Fact.Signalled> askStopSignal;
  private final Consumer<Topology> sink;
  private final RandomGenerator random;
  private final Discovery discovery = new Discovery();
  private final Schedule schedule;

  private @Nullable Topology handedOver;
  private boolean isFollowed;
  private volatile SourceStatus status = new SourceStatus("swarm", null, null, 0, 0);

  /**
   * @param read starts a reading and returns at once; it ends with a fact
   * @param askStopSignal starts to ask for a container's stop signal, likewise
   */
  DiscoveryLoop(
      BlockingQueue<Fact> facts,
      Runnable read,
      Consumer<Fact.Signalled> askStopSignal,
      Consumer<Topology> sink,
      Duration pollInterval,
      RandomGenerator random) {
    this.facts = facts;
    this.read = read;
    this.askStopSignal = askStopSignal;
    this.sink = sink;
    this.random = random;
    this.schedule = new Schedule(pollInterval, System.nanoTime());
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
      read.run();
    }
    long waitNanos = Math.min(TICK_NANOS, schedule.idleNanos(nowNanos));
    Fact fact = facts.poll(waitNanos, TimeUnit.NANOSECONDS);
    nowNanos = System.nanoTime();
    try {
      for (; fact != null; fact = facts.poll()) {
        apply(fact, nowNanos);
      }
      handOver(nowNanos);
    } catch (RuntimeException e) {
      LOG.error("{}: a turn failed; what is known stays in force", status.name(), e);
    }
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
      case Fact.Changed changed -> schedule.onEvent(nowNanos);
      case Fact.Signalled signalled -> {
        if (StopSignals.isAlways(signalled.signal())) {
          discovery.onStopping(signalled.taskId(), nowNanos);
        } else if (signalled.signal() > 0) {
          askStopSignal.accept(signalled);
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

  private void onRead(Reading reading, long nowNanos) {
    try {
      discovery.onReading(reading, nowNanos);
    } catch (RuntimeException e) {
      LOG.debug("a reading that cannot be used", e);
      onReadFailed(
          new Fact.ReadFailed("not understood: " + e.getMessage(), reading.sandbox()), nowNanos);
      return;
    }
    schedule.onDone(discovery.isUnsettled(), random.nextDouble(), nowNanos);
    String name = reading.rest() == null ? "swarm-gossip" : "swarm-rest";
    if (!name.equals(status.name())) {
      LOG.info("reading the Swarm by {}", name);
    }
    report(name, Instant.now(), reading.warning());
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
