package io.tidegate.mesh;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;

/**
 * Parks the control thread until it is unparked, and for a limit at the most: what is due by time
 * alone waits no longer.
 */
final class ParkingIdleStrategy implements IdleStrategy {

  private final long limitNanos;

  ParkingIdleStrategy(Duration limit) {
    limitNanos = limit.toNanos();
  }

  @Override
  public void idle(int workCount) {
    if (workCount == 0) {
      idle();
    }
  }

  @Override
  public void idle() {
    LockSupport.parkNanos(limitNanos);
  }

  @Override
  public void reset() {}

  @Override
  public String alias() {
    return "park";
  }
}
