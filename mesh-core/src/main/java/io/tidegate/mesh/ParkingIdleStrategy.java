package io.tidegate.mesh;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.agrona.concurrent.IdleStrategy;

/**
 * Parks a thread until it is unparked, or something is due by time alone: a quiet agent shall cost
 * next to nothing.
 */
final class ParkingIdleStrategy implements IdleStrategy {

  private final LongSupplier dueInNanos;

  ParkingIdleStrategy(LongSupplier dueInNanos) {
    this.dueInNanos = dueInNanos;
  }

  @Override
  public void idle(int workCount) {
    if (workCount == 0) {
      idle();
    }
  }

  @Override
  public void idle() {
    LockSupport.parkNanos(dueInNanos.getAsLong());
  }

  @Override
  public void reset() {}

  @Override
  public String alias() {
    return "park";
  }
}
