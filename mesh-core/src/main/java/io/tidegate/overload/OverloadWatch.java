package io.tidegate.overload;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;

/**
 * Measures every resource a few times a second, off the data path, and tells the data path when it
 * has to restrain itself differently.
 */
public final class OverloadWatch {

  /** From one look to the next. */
  public static final int PERIOD_MILLIS = 250;

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
