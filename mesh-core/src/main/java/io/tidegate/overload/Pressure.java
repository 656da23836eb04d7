package io.tidegate.overload;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much is in use of everything, and what follows.
 *
 * @param ratios shares in use, 0 to 1 or more; without an entry for what has no limit here
 * @param restraint what the data path was told
 * @param pauses how often new clients had to wait, so far
 */
public record Pressure(Map<Resource, Double> ratios, Restraint restraint, long pauses) {

  /** Before anything was measured. */
  public static final Pressure NONE = new Pressure(Map.of(), Restraint.NONE, 0);

  public Pressure {
    EnumMap<Resource, Double> copy = new EnumMap<>(Resource.class);
    copy.putAll(ratios);
    ratios = Collections.unmodifiableMap(copy);
  }

  /** What is measured now, and what follows from it after what was before. */
  Pressure next(Map<Resource, Double> measured) {
    Restraint next = restraint.next(most(measured));
    boolean pausesNow = next.isPaused() && !restraint.isPaused();
    return new Pressure(measured, next, pausesNow ? pauses + 1 : pauses);
  }

  /** The resource of which there is least left, or null where none has a limit. */
  public @Nullable Resource scarcest() {
    return ratios.keySet().stream()
        .filter(Resource::presses)
        .max((a, b) -> Double.compare(ratio(a), ratio(b)))
        .orElse(null);
  }

  private double ratio(Resource resource) {
    return ratios.getOrDefault(resource, 0.0);
  }

  /** The share in use of the scarcest resource. */
  double most() {
    return most(ratios);
  }

  private static double most(Map<Resource, Double> measured) {
    return measured.entrySet().stream()
        .filter(entry -> entry.getKey().presses())
        .mapToDouble(Map.Entry::getValue)
        .max()
        .orElse(0);
  }

  /** As in {@code descriptors 97 % in use}, for people. */
  public String summary() {
    Resource scarcest = scarcest();
    return scarcest == null
        ? "nothing is limited"
        : "%s %d %% in use"
            .formatted(scarcest.toString().replace('_', ' '), Math.round(100 * ratio(scarcest)));
  }
}
