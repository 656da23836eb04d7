package io.tidegate.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A count with one writer and any number of readers: a plain add for the writer, no lost or torn
 * value for readers. One that counts what there is now goes down, too.
 */
public final class Counter {

  private static final VarHandle VALUE;

  static {
    try {
      VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long value;

  /** For the one writer only. */
  public void increment() {
    add(1);
  }

  /** For the one writer only. */
  public void add(long amount) {
    VALUE.setOpaque(this, value + amount);
  }

  public long get() {
    return (long) VALUE.getOpaque(this);
  }
}
