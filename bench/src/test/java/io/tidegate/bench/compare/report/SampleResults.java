package io.tidegate.bench.compare.report;

import java.util.List;
import java.util.Map;

/** Two figures of three proxies, one of which loses bytes in the second. */
final class SampleResults {

  static final Figure BULK = new Figure("bulk-1-up", Figure.Group.BULK, "1 flow");
  static final Figure CLOSE = new Figure("connect-close", Figure.Group.CONNECT, "2 B");

  private SampleResults() {}

  static Results results() {
    return new Results(
        Map.of("machine", "2 cores & <little> memory"),
        List.of("haproxy", "nginx", "tidegate"),
        List.of(BULK, CLOSE),
        List.of(
            sample(BULK, "haproxy", 1, 0.50),
            sample(BULK, "haproxy", 2, 0.60),
            sample(BULK, "haproxy", 3, 0.40),
            sample(BULK, "nginx", 1, 0.80),
            sample(BULK, "tidegate", 1, 0.25),
            sample(CLOSE, "nginx", 1, 0.60),
            sample(CLOSE, "tidegate", 1, 0.90)),
        List.of(
            new Problem(Problem.Kind.SKIPPED, CLOSE.id(), "haproxy", "not installed"),
            new Problem(Problem.Kind.FAILED, CLOSE.id(), "tidegate", "9 bytes sent, 8 received")));
  }

  private static Sample sample(Figure figure, String contender, int round, double value) {
    return new Sample(figure.id(), contender, round, value, Map.of());
  }
}
