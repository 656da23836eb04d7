package io.tidegate.agent.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens to the small Swarm, and when. Starts anew when it is over.
 *
 * @param steps in the order of time
 * @param period after which the first step comes again
 */
record Script(List<Step> steps, Duration period) {

  /** Seconds since the start of a round, and what happens then. */
  static final Script STANDARD =
      parse(
          """
           5s  scale web to 5
          13s  kill web.2
          21s  replace web.1
          29s  update web
          45s  scale web to 2
          52s  kill api.1
          60s  unpublish api
          64s  publish api
          70s  scale web to 3
          80s  again
          """);

  /**
   * One line of the script.
   *
   * @param at since the start of a round
   */
  record Step(Duration at, String text, Action action) {}

  Script {
    steps = List.copyOf(steps);
  }

  /**
   * Parses lines such as {@code 12s kill web.2}; the last one says {@code again}.
   *
   * @throws IllegalArgumentException naming the line and what is allowed
   */
  static Script parse(String text) {
    List<Step> steps = new ArrayList<>();
    Duration last = Duration.ZERO;
    for (String line : text.strip().lines().map(String::strip).toList()) {
      int end = line.indexOf("s ");
      Duration at = end < 0 ? null : seconds(line.substring(0, end));
      if (at == null || at.compareTo(last) < 0) {
        throw new IllegalArgumentException(
            "line: " + line + " (expected: as in 12s kill web.2, not before " + last + ")");
      }
      last = at;
      String action = line.substring(end + 2).strip();
      if (action.equals("again")) {
        return new Script(steps, at);
      }
      steps.add(new Step(at, action, Action.parse(action)));
    }
    throw new IllegalArgumentException("script: no last line (expected: as in 80s again)");
  }

  private static Duration seconds(String number) {
    return Duration.ofMillis(Math.round(Double.parseDouble(number) * 1_000));
  }
}
