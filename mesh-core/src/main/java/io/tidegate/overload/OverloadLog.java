package io.tidegate.overload;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when the data path begins to restrain itself and when it does so no more: a line for each
 * change, and none sooner than some seconds after the last.
 */
final class OverloadLog {

  private static final Logger LOG = LoggerFactory.getLogger(OverloadLog.class);

  static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  private enum State {
    NORMAL,
    SHORT_OF,
    OVERLOADED;

    static State of(Restraint restraint) {
      if (restraint.isPaused()) {
        return OVERLOADED;
      }
      return restraint.isShrinking() ? SHORT_OF : NORMAL;
    }
  }

  private final NanoClock clock;
  private State told = State.NORMAL;
  private long toldAtNanos;

  OverloadLog(NanoClock clock) {
    this.clock = clock;
    toldAtNanos = clock.nanoTime() - QUIET_NANOS;
  }

  void onPressure(Pressure pressure) {
    State now = State.of(pressure.restraint());
    if (now == told || clock.nanoTime() - toldAtNanos < QUIET_NANOS) {
      return;
    }
    told = now;
    toldAtNanos = clock.nanoTime();
    switch (now) {
      case NORMAL -> LOG.info("no overload any more: {}", pressure.summary());
      case SHORT_OF ->
          LOG.warn(
              "short of resources: {}; idle timeouts are cut to {} %",
              pressure.summary(), pressure.restraint().idlePercent());
      case OVERLOADED ->
          LOG.warn(
              "overloaded: {}; new clients wait, idle timeouts are cut to {} %, this node is not"
                  + " ready",
              pressure.summary(), pressure.restraint().idlePercent());
    }
  }
}
