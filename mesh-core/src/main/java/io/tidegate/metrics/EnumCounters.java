package io.tidegate.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A counter for each constant of an enum. One that has counted nothing takes no memory: a route has
 * dozens, and most of them never do. One writer, any number of readers.
 */
final class EnumCounters<E extends Enum<E>> {

  private final AtomicReferenceArray<Counter> counters;

  EnumCounters(Class<E> type) {
    counters = new AtomicReferenceArray<>(type.getEnumConstants().length);
  }

  /** The counter of a constant, for whoever counts. */
  Counter of(E constant) {
    int index = index(constant);
    Counter counter = counters.getPlain(index);
    return counter == null ? make(index) : counter;
  }

  private Counter make(int index) {
    Counter counter = new Counter();
    counters.setRelease(index, counter);
    return counter;
  }

  /** What it has counted, for readers. */
  long get(E constant) {
    Counter counter = counters.getAcquire(index(constant));
    return counter == null ? 0 : counter.get();
  }

  @SuppressWarnings("EnumOrdinal") // It never leaves this process.
  private static int index(Enum<?> constant) {
    return constant.ordinal();
  }
}
