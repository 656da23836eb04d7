package io.tidegate.proxy;

import io.netty.channel.IoEventLoop;
import io.tidegate.metrics.Latency;
import io.tidegate.overload.Restraint;
import java.time.Duration;
import org.agrona.concurrent.NanoClock;

/** A shard's time, and its timers. An idle shard does not wake up at all. */
final class ShardClock implements NanoClock {

  private final NanoClock clock;
  private final Latency lag;
  private final Timers timers;
  private final Alarm alarm;
  private boolean ticking;
  private long dueNanos;
  private long coarseNanos;

  /**
   * The time of a shard.
   *
   * @param lag gets how late the loop comes to each tick: as long does everything else wait
   */
  ShardClock(IoEventLoop loop, NanoClock clock, Latency lag) {
    this.clock = clock;
    this.lag = lag;
    coarseNanos = clock.nanoTime();
    timers = new Timers(coarseNanos);
    alarm = new Alarm(loop, Timers.RESOLUTION_NANOS, this::tick);
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }

  /**
   * The time as of the last tick, a {@link Timers#RESOLUTION_NANOS} old at the most while any timer
   * runs.
   */
  long coarseNanoTime() {
    return coarseNanos;
  }

  /** Starts a timer that does not run. */
  void start(Duration delay, Timer timer) {
    start(delay.toNanos(), timer);
  }

  void start(long delayNanos, Timer timer) {
    // Not the coarse time: after a pause of the whole process that is as old as the pause.
    long nowNanos = clock.nanoTime();
    if (!ticking) {
      ticking = true;
      coarseNanos = nowNanos;
      setAlarm();
    }
    timers.start(nowNanos, delayNanos, timer);
  }

  /** Stops a timer; one that does not run is fine. */
  void stop(Timer timer) {
    timers.stop(timer);
  }

  /** From now on idle timers may come before their time, or not any more. */
  void hurry(Restraint restraint) {
    timers.hurry(restraint);
  }

  /** Whether no timer runs. */
  boolean isIdle() {
    return timers.isEmpty();
  }

  /** Abandons everything that waits, and ticks no more. */
  void abandonAll() {
    timers.abandonAll();
    alarm.close();
  }

  private void tick() {
    coarseNanos = clock.nanoTime();
    lag.recordNanos(coarseNanos - dueNanos);
    timers.advance(coarseNanos);
    ticking = !timers.isEmpty();
    if (ticking) {
      setAlarm();
    }
  }

  private void setAlarm() {
    dueNanos = clock.nanoTime() + Timers.RESOLUTION_NANOS;
    alarm.set();
  }
}
