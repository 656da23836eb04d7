package io.tidegate.overload;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;

/**
 * Measures every resource, off the data path and more often where there is less left, and tells the
 * data path when it has to restrain itself differently.
 */
public final class OverloadWatch {

  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  // What is mostly free does not run short within it, and looks are most of what an idle process
  // does.
  private static final long CALM_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final double CALM_BELOW = 0.5;

  private final Map<Resource, Supplier<OptionalDouble>> gauges;
  private final Consumer<Restraint> dataPath;
  private final OverloadLog log;

  private volatile Pressure pressure = Pressure.NONE;

  /**
   * @param gauges of each resource the share in use, or empty where that has no limit
   * @param dataPath gets each restraint that is another than the one before
   */
  public OverloadWatch(
      Map<Resource, Supplier<OptionalDouble>> gauges,
      Consumer<Restraint> dataPath,
      NanoClock clock) {
    this.gauges = new EnumMap<>(gauges);
    this.dataPath = dataPath;
    log = new OverloadLog(clock);
  }

  /** What was measured last. For any thread. */
  public Pressure pressure() {
    return pressure;
  }

  /** How long until the next look. */
  public long periodNanos() {
    return pressure.most() < CALM_BELOW ? CALM_PERIOD_NANOS : PERIOD_NANOS;
  }

  /** Measures, and tells what follows. One thread at a time. */
  public void look() {
    Map<Resource, Double> measured = new EnumMap<>(Resource.class);
    gauges.forEach(
        (resource, gauge) -> gauge.get().ifPresent(ratio -> measured.put(resource, ratio)));
    Pressure before = pressure;
    Pressure now = before.next(measured);
    pressure = now;
    if (!now.restraint().equals(before.restraint())) {
      dataPath.accept(now.restraint());
    }
    log.onPressure(now);
  }
}
