package io.tidegate.bench.compare.load;

import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The one event loop that carries clients and tasks, turned by the thread that made it. It never
 * sleeps unless it is told to: whoever sends to it need not wake it up, and what is due is noticed
 * at once. The proxies have a core of their own.
 */
public final class LoadLoop implements AutoCloseable {

  private static final long LONGEST_SLEEP_NANOS = 1_000_000;

  private final ManualIoEventLoop eventLoop =
      new ManualIoEventLoop(Thread.currentThread(), EpollIoHandler.newFactory());
  private final MemorySegment buffer = Arena.global().allocate(Pattern.MAX_RUN);
  private final ArrayDeque<Connection> unfinished = new ArrayDeque<>();
  private final List<Connection> retired = new ArrayList<>();
  private final Set<Connection> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean sleeps;

  /** Where everything that is received goes first; {@link Pattern#MAX_RUN} bytes. */
  MemorySegment buffer() {
    return buffer;
  }

  /** Registers a connection, which is then known until it is closed. */
  IoRegistration add(Connection connection) throws IOException {
    open.add(connection);
    return register(connection);
  }

  IoRegistration register(IoHandle handle) throws IOException {
    var registration = eventLoop.register(handle);
    if (!registration.isSuccess()) {
      throw new IOException("cannot register with the event loop", registration.cause());
    }
    return registration.getNow();
  }

  /** Gives a connection another turn, after the others had theirs. */
  void resumeLater(Connection connection) {
    unfinished.add(connection);
  }

  /** Closes a connection when the running batch of events is done. */
  void retire(Connection connection) {
    retired.add(connection);
  }

  /**
   * Whether it sleeps while there is nothing to do, so that its CPU time is what clients and tasks
   * take. Not for traffic that sends at given times.
   */
  public void sleep(boolean wanted) {
    sleeps = wanted;
  }

  /** Runs traffic for a while. */
  public void run(Traffic traffic, Duration time) throws TrafficException {
    long endNanos = System.nanoTime() + time.toNanos();
    long nowNanos = System.nanoTime();
    while (nowNanos < endNanos) {
      turn(traffic, nowNanos);
      nowNanos = System.nanoTime();
    }
  }

  /** Runs traffic until something is reached; false if it was not within the limit. */
  public boolean runUntil(Traffic traffic, BooleanSupplier reached, Duration limit)
      throws TrafficException {
    long endNanos = System.nanoTime() + limit.toNanos();
    long nowNanos = System.nanoTime();
    while (!reached.getAsBoolean() && nowNanos < endNanos) {
      turn(traffic, nowNanos);
      nowNanos = System.nanoTime();
    }
    return reached.getAsBoolean();
  }

  /** Closes every connection of traffic that has failed, on both sides. */
  public void abandon(Responder responder) {
    for (Connection connection : List.copyOf(open)) {
      connection.close();
    }
    closeRetired();
    unfinished.clear();
    responder.open = 0;
  }

  private void turn(Traffic traffic, long nowNanos) throws TrafficException {
    traffic.onTurn(nowNanos);
    if (sleeps && unfinished.isEmpty()) {
      eventLoop.run(LONGEST_SLEEP_NANOS);
    } else {
      eventLoop.runNow();
    }
    for (int i = unfinished.size(); i > 0; i--) {
      unfinished.remove().resume();
    }
    closeRetired();
    traffic.faults().check();
  }

  private void closeRetired() {
    for (int i = 0; i < retired.size(); i++) {
      Connection connection = retired.get(i);
      open.remove(connection);
      connection.closeNow();
    }
    retired.clear();
  }

  @Override
  public void close() {
    var _ = eventLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    while (!eventLoop.isTerminated()) {
      eventLoop.runNow();
    }
  }
}
