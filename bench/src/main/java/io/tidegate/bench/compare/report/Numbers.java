package io.tidegate.bench.compare.report;

import java.util.Locale;

/** Numbers for people. */
final class Numbers {

  private Numbers() {}

  /** Three digits that matter, and no exponent: 1234, 123, 12.3, 1.23, 0.123, 0.0123. */
  static String shortened(double value) {
    if (value == 0) {
      return "0";
    }
    int magnitude = (int) Math.floor(Math.log10(Math.abs(value)));
    int decimals = Math.clamp(2L - magnitude, 0, 6);
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  static String range(Summary summary) {
    return shortened(summary.min()) + " – " + shortened(summary.max());
  }
}
