package io.tidegate.agent.docker;

import java.util.Locale;
import java.util.Map;

/** Which signals mean that a container is to end. */
final class StopSignals {

  private static final int SIGRTMIN = 34;
  private static final int SIGRTMAX = 64;

  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("HUP", 1),
          Map.entry("INT", 2),
          Map.entry("QUIT", 3),
          Map.entry("ABRT", 6),
          Map.entry("KILL", 9),
          Map.entry("USR1", 10),
          Map.entry("USR2", 12),
          Map.entry("PIPE", 13),
          Map.entry("ALRM", 14),
          Map.entry("TERM", 15),
          Map.entry("CONT", 18),
          Map.entry("STOP", 19),
          Map.entry("TSTP", 20),
          Map.entry("WINCH", 28),
          Map.entry("PWR", 30),
          Map.entry("RTMIN", SIGRTMIN),
          Map.entry("RTMAX", SIGRTMAX));

  private StopSignals() {}

  /** True for those that nobody sends for any other reason than to end it. */
  static boolean isAlways(int signal) {
    return switch (signal) {
      case 2, 3, 9, 15 -> true;
      default -> false;
    };
  }

  /**
   * The number of a signal as Docker spells it: {@code 15}, {@code SIGTERM}, {@code TERM} or {@code
   * SIGRTMIN+3}; 0 if it is none.
   */
  static int parse(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT);
    if (!name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return name.length() > 3 ? 0 : Integer.parseInt(name);
    }
    String bare = name.startsWith("SIG") ? name.substring(3) : name;
    int sign = Math.max(bare.indexOf('+'), bare.indexOf('-'));
    if (sign < 0) {
      return NUMBERS.getOrDefault(bare, 0);
    }
    int base = NUMBERS.getOrDefault(bare.substring(0, sign), 0);
    int offset = parse(bare.substring(sign + 1));
    return base == 0 ? 0 : bare.charAt(sign) == '+' ? base + offset : base - offset;
  }
}
