package io.tidegate.agent.labels;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 250ms}, {@code 4s}, {@code 10m}, {@code 1h}. */
public final class DurationText {

  /** What one looks like, for people. */
  static final String TYPE = "a number and its unit: `250ms`, `4s`, `10m`, `1h`";

  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  private DurationText() {}

  /**
   * Parses one number with one unit.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          text + " (expected: a number and its unit, as in 250ms, 4s, 10m or 1h)");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  /**
   * Parses one between two others, both of which are allowed.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  static Duration parse(String text, Duration shortest, Duration longest) {
    Duration duration = parse(text);
    if (duration.compareTo(shortest) < 0 || duration.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "%s (expected: %s to %s)".formatted(text, format(shortest), format(longest)));
    }
    return duration;
  }

  /** The shortest text that {@link #parse} reads back. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0 || millis % 1_000 != 0) {
      return millis + "ms";
    }
    if (millis % 60_000 != 0) {
      return millis / 1_000 + "s";
    }
    return millis % 3_600_000 == 0 ? millis / 3_600_000 + "h" : millis / 60_000 + "m";
  }
}
