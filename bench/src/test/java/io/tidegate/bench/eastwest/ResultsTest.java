package io.tidegate.bench.eastwest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ResultsTest {

  private static final InetSocketAddress NOWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
  private static final Way DIRECT = new Way(Results.DIRECT, NOWHERE, null);
  private static final Way THROUGH = new Way(Results.TIDEGATE, NOWHERE, ProcessHandle.current());

  @Test
  void printsMediansWithTheLeastAndTheMost() {
    Results results = new Results();
    for (int i = 1; i <= 3; i++) {
      results.add("a request", DIRECT, new Cost(11 * i, 10 * i, 0, 1_000));
      results.add("a request", THROUGH, new Cost(22 * i, 20 * i, 5 * i, 1_000));
    }
    results.rate(12_345);
    results.addMicros("p50", DIRECT, 40);
    results.addMicros("p50", THROUGH, 90.25);
    assertThat(results.markdown())
        .isEqualTo(
            """
            | | direct | through Tidegate |
            |---|---|---|
            | a request: the whole machine, µs | 22.0 (11.0 to 33.0) | 44.0 (22.0 to 66.0) |
            | a request: client, task and agent, µs | 20.0 (10.0 to 30.0) | 40.0 (20.0 to 60.0) |
            | a request: the agent alone, µs | – | 10.0 (5.0 to 15.0) |
            | p50 of requests at 12,345 per second, µs | 40.0 (40.0 to 40.0) | 90.3 (90.3 to 90.3) |
            """);
  }
}
