package io.tidegate.agent.identity;

import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what was refused, by reason, and says so in the log: at most once a second for each
 * reason, so that a stranger cannot fill the disk. For use from any thread.
 */
public final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanoTime;
  private final Map<Refusal, Tally> tallies = new EnumMap<>(Refusal.class);

  /** What was refused for one reason, and from when on the next may have a line of its own. */
  private record Tally(AtomicLong count, AtomicLong lineDueNanos) {}

  /**
   * @param nanoTime a clock like {@link System#nanoTime()}
   */
  public Refusals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    long now = nanoTime.getAsLong();
    for (Refusal refusal : Refusal.values()) {
      tallies.put(refusal, new Tally(new AtomicLong(), new AtomicLong(now)));
    }
  }

  /** Counts one. */
  public void add(String who, RefusedException refused) {
    Tally tally = tally(refused.refusal());
    long count = tally.count.incrementAndGet();
    long now = nanoTime.getAsLong();
    long dueNanos = tally.lineDueNanos.get();
    if (now - dueNanos >= 0 && tally.lineDueNanos.compareAndSet(dueNanos, now + QUIET_NANOS)) {
      LOG.warn("refused {}, which {} ({} so far)", who, refused.getMessage(), count);
    }
  }

  /** How many were refused for this reason since the start. */
  public long count(Refusal refusal) {
    return tally(refusal).count.get();
  }

  /** How many were refused since the start, by each reason's label. */
  public Map<String, Long> counts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    tallies.forEach((refusal, tally) -> counts.put(refusal.label(), tally.count.get()));
    return counts;
  }

  /** How many were refused since the start. */
  public long total() {
    return tallies.values().stream().mapToLong(tally -> tally.count.get()).sum();
  }

  private Tally tally(Refusal refusal) {
    return Objects.requireNonNull(tallies.get(refusal));
  }
}
