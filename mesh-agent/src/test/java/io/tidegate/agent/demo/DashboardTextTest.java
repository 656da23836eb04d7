package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DashboardTextTest {

  private static final DashboardText.Hints HINTS =
      new DashboardText.Hints("curl http://localhost:8080/", "http://127.0.0.1:9180/metrics");

  private static final Dashboard DASHBOARD =
      new Dashboard(
          Duration.ofSeconds(65),
          List.of(
              new Dashboard.RouteLine(
                  "web",
                  "8080",
                  null,
                  7,
                  210,
                  12_345,
                  List.of(
                      new Dashboard.TaskLine("web.1", "ready", 3, 1_234),
                      new Dashboard.TaskLine("web.2", "draining", 0, 7))),
              new Dashboard.RouteLine("api", "8081", null, 0, 0, 0, List.of())),
          List.of(
              new Dashboard.RouteLine(
                  "api",
                  "127.0.80.10 on backend",
                  null,
                  3,
                  150,
                  900,
                  List.of(new Dashboard.TaskLine("api.1", "ready", 2, 9)))),
          1_240,
          1,
          new DemoView(
              List.of(
                  new DemoView.Event(1, Duration.ofSeconds(60), "web.2 drains"),
                  new DemoView.Event(2, Duration.ofSeconds(62), "web.2 has stopped")),
              "kill web.2",
              Duration.ofSeconds(72),
              Set.of("web"),
              Map.of()));

  @Test
  void showsEverythingWhereThereIsRoom() {
    assertThat(lines(100, 40))
        .containsExactly(
            "Tidegate demo 1:05  a small Swarm inside this process",
            "",
            "SERVICE  PORT  TASK   STATE     CONNECTIONS  REQUESTS  CONNECT p50  CONNECT p99",
            "web      8080  web.1  ready               3     1,234      0.21 ms     12.35 ms",
            "               web.2  draining            0         7",
            "api      8081  -      no task",
            "",
            "SERVICE              VIRTUAL IP  TASK   STATE  CONNECTIONS  REQUESTS  CONNECT p50  CONNECT p99",
            "api      127.0.80.10 on backend  api.1  ready            2         9      0.15 ms      0.90 ms",
            "",
            "try      curl http://localhost:8080/",
            "clients  1,240 requests answered, 1 failed",
            "next     kill web.2, in 7 s",
            "1:02     web.2 has stopped",
            "1:00     web.2 drains",
            "metrics  http://127.0.0.1:9180/metrics");
  }

  @Test
  void leavesOutColumnsWhereItIsNarrow() {
    assertThat(lines(60, 40)).contains("web      8080  web.1  ready               3     1,234");
    assertThat(lines(32, 40)).contains("8080  web.1  ready        1,234");
  }

  @Test
  void leavesOutTheLastNotesFirstWhereItIsLow() {
    assertThat(lines(100, 12))
        .hasSize(12)
        .contains("api      8081  -      no task", "1:02     web.2 has stopped")
        .noneMatch(line -> line.startsWith("metrics"));
  }

  @Test
  void saysHowManyLinesItLeavesOut() {
    assertThat(lines(100, 4))
        .hasSize(4)
        .endsWith("... 5 more lines")
        .noneMatch(line -> line.startsWith("api"));
  }

  @Test
  void staysWithinATerminalOfAnySize() {
    for (int width = 1; width < 110; width++) {
      for (int height = 1; height < 20; height++) {
        int limit = width;
        assertThat(lines(width, height))
            .hasSizeBetween(1, height)
            .allMatch(line -> line.length() <= limit);
      }
    }
  }

  @Test
  void colorsWithoutMovingAnything() {
    for (int width = 1; width < 110; width++) {
      List<String> colored =
          new DashboardText(width, 40, Palette.COLOR, HINTS)
              .lines(DASHBOARD).stream()
                  .map(line -> line.replaceAll("\033\\[[0-9]*m", "").stripTrailing())
                  .toList();
      assertThat(colored).isEqualTo(lines(width, 40).stream().map(String::stripTrailing).toList());
    }
  }

  @Test
  void saysWhyAPortIsNotServed() {
    Dashboard.RouteLine refused =
        new Dashboard.RouteLine(
            "web",
            "8080",
            "EADDRINUSE",
            0,
            0,
            0,
            List.of(new Dashboard.TaskLine("web.1", "ready", 0, 0)));
    assertThat(new TaskTable(100, Palette.PLAIN).lines(List.of(refused)))
        .anyMatch(line -> line.startsWith("web      8080  -      not served: EADDRINUSE"))
        .anyMatch(line -> line.strip().startsWith("web.1  ready"));
  }

  private static List<String> lines(int width, int height) {
    return new DashboardText(width, height, Palette.PLAIN, HINTS).lines(DASHBOARD);
  }
}
