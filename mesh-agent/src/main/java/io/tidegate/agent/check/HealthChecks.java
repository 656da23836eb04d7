package io.tidegate.agent.check;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the tasks of this node, far from the data path: one thread decides, and each check has a
 * thread of its own while it lasts. All of them are virtual.
 */
public final class HealthChecks implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);
  private static final long LONGEST_IDLE_NANOS = Duration.ofHours(1).toNanos();
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final Consumer<List<TaskMark>> sink;
  private final Checkups checkups;
  private final Thread thread;
  // Topologies are whole: only the newest matters.
  private final AtomicReference<@Nullable Topology> mailbox = new AtomicReference<>();
  // One for each check that is under way, at the most.
  private final Queue<End> ends = new ConcurrentLinkedQueue<>();

  private record End(CheckedTask task, Outcome outcome) {}

  /**
   * @param sink is told what was found, on the thread that decides; may block
   */
  public HealthChecks(Consumer<List<TaskMark>> sink, RandomGenerator random) {
    this.sink = sink;
    this.checkups = new Checkups(SystemEpochNanoClock.INSTANCE, random);
    this.thread = Thread.ofVirtual().name("health-checks").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Hands over all that is known now. From any thread. */
  public void offer(Topology topology) {
    mailbox.set(topology);
    LockSupport.unpark(thread);
  }

  /** From any thread. */
  public CheckStatus status() {
    return checkups.status();
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        turn(System.nanoTime());
      } catch (RuntimeException e) {
        LOG.error("health checks: a turn failed", e);
      }
      LockSupport.parkNanos(
          mailbox.get() == null && ends.isEmpty()
              ? checkups.dueInNanos(System.nanoTime(), LONGEST_IDLE_NANOS)
              : 0);
    }
  }

  private void turn(long nowNanos) {
    Topology topology = mailbox.getAndSet(null);
    if (topology != null) {
      checkups.onTopology(topology, nowNanos);
    }
    for (End end = ends.poll(); end != null; end = ends.poll()) {
      checkups.onEnd(end.task, end.outcome, nowNanos);
    }
    checkups.takeDue(nowNanos).forEach(this::begin);
    List<TaskMark> news = checkups.takeNews(nowNanos);
    if (!news.isEmpty()) {
      sink.accept(news);
    }
  }

  private void begin(CheckedTask task) {
    Thread.ofVirtual()
        .name("check-" + task.name())
        .start(
            () -> {
              Outcome outcome = Outcome.notMade("broke off");
              try {
                outcome = Check.of(task);
              } finally {
                ends.add(new End(task, outcome));
                LockSupport.unpark(thread);
              }
            });
  }

  /** What is under way ends by itself, and is told to nobody. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      if (thread.isAlive()) {
        thread.join(CLOSE_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
