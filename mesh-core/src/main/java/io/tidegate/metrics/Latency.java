package io.tidegate.metrics;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Durations with one writer, in an HdrHistogram of two significant digits and one microsecond of
 * resolution. Takes no memory before the first record, so that a route without traffic costs
 * nothing.
 */
public final class Latency {

  private static final int SIGNIFICANT_DIGITS = 2;
  private static final long NANOS_PER_MICRO = 1_000;

  // Written once, by the writer; a reader sees null or the recorder.
  private volatile @Nullable SingleWriterRecorder recorder;
  // Readers only, under this object's lock: what earlier readers took out of the recorder.
  private @Nullable Histogram total;
  private @Nullable Histogram recycled;

  /** For the one writer only. */
  public void recordNanos(long nanos) {
    SingleWriterRecorder current = recorder;
    if (current == null) {
      current = new SingleWriterRecorder(SIGNIFICANT_DIGITS);
      recorder = current;
    }
    current.recordValue(Math.max(nanos, 0) / NANOS_PER_MICRO);
  }

  /** Adds everything recorded so far, in microseconds. */
  public synchronized void addTo(Histogram sum) {
    SingleWriterRecorder current = recorder;
    if (current == null) {
      return;
    }
    recycled = current.getIntervalHistogram(recycled);
    if (total == null) {
      total = new Histogram(SIGNIFICANT_DIGITS);
    }
    total.add(recycled);
    sum.add(total);
  }
}
