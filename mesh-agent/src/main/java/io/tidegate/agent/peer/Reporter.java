package io.tidegate.agent.peer;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells other nodes what this one says of its own tasks: the managers, and others too where they
 * are few, or where no manager has taken note in time.
 *
 * <pre>
 *   time ──▶ 0           patience, or all have failed                          2 s
 *            to first    none of them took note: to the others too             given up
 *            and to few others
 * </pre>
 */
public final class Reporter implements AutoCloseable {

  /**
   * Managers answer within a few milliseconds; half of what a death may take to be known is left
   * for the others.
   */
  public static final Duration PATIENCE = Duration.ofMillis(50);

  private static final int WARM_SECONDS = 15;
  private static final int CLOSE_SECONDS = 5;

  private final Supplier<Targets> targets;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("peer-reporter", true), EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Duration patience;
  private final ReportLinks links;
  private final ReportLog log;
  private final Future<?> ticks;

  /**
   * Whom to tell.
   *
   * @param first all of them, at once: where managers listen
   * @param otherwise where they are few, at once too; else, if none of the first takes note, the
   *     first 64 of these
   */
  public record Targets(List<InetSocketAddress> first, List<InetSocketAddress> otherwise) {
    public Targets {
      first = List.copyOf(first);
      otherwise = List.copyOf(otherwise);
    }
  }

  /**
   * @param targets asked before each report, on the reporter's event loop: it must not block
   * @param patience how long the first of them may take until the others are told too
   */
  public Reporter(
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      Supplier<Targets> targets,
      Duration patience) {
    this.targets = targets;
    this.patience = patience;
    this.log = new ReportLog(refusals);
    this.links = new ReportLinks(identity, check, loop);
    this.ticks =
        loop.scheduleWithFixedDelay(
            new Tick("peer reporter", this::tend), WARM_SECONDS, WARM_SECONDS, TimeUnit.SECONDS);
  }

  /** Tells what happened. Returns at once. From any thread. */
  public void report(List<TaskMark> marks) {
    for (List<TaskMark> some : Marks.chunks(marks)) {
      byte[] report = Marks.writeReport(some);
      post(() -> new Delivery(report, targets.get(), patience, links, log, loop).start());
    }
  }

  /**
   * The targets may have changed: connects to the first ones, so that a report needs no handshake,
   * and closes what is not needed any more. Returns at once. From any thread.
   */
  public void warm() {
    post(this::tend);
  }

  private void tend() {
    links.tend(targets.get(), System.nanoTime());
  }

  /** How many reports were not taken, each one counted for each node. From any thread. */
  public long failures() {
    return log.failures();
  }

  /** How many reports were taken, each one counted for each node. From any thread. */
  public long successes() {
    return log.successes();
  }

  private void post(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // closed: nobody is told any more
    }
  }

  /** Gives up what is on its way. */
  @Override
  public void close() {
    ticks.cancel(false);
    post(links::close);
    group
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
