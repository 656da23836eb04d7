package io.tidegate.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Faults that clients make: some take what all others live on. */
final class ChaosCrowds {

  private static final String AT_USUAL_PACE = "others: 0 failed, p99 <= 2 x before";
  // Long enough for a p99 of calm to be one: the first third is not counted, 5,000 requests are.
  private static final double CALM_SECONDS = 15;
  private static final double LASTS_SECONDS = 20;

  private static final int SLOW_CLIENTS = 20_000;
  private static final int SLOW_CLIENTS_PER_SECOND = 1_000;

  private static final int FEW_DESCRIPTORS = 2_048;
  private static final int MORE_THAN_THERE_IS_ROOM_FOR = 1_500;
  private static final int KEPT_AHEAD = 32;

  // Ten others make 8 new connections a second each on each node.
  private static final int OTHERS = 10;
  private static final int FAIR_PER_SECOND = 20;
  private static final int TIMES_FAIR = 50;

  static final List<ChaosRow> ALL =
      List.of(
          new ChaosRow(
              "slow-clients",
              AT_USUAL_PACE,
              stage -> stage.web(6),
              _ -> holdSlowClients(),
              ChaosRow.noneFailedAtUsualPace(),
              CALM_SECONDS,
              false),
          new ChaosRow(
              "fd-limit",
              "kept connections, and new ones to other nodes: 0 failed, p99 <= 2 x before",
              ChaosCrowds::leaveFewDescriptors,
              ChaosCrowds::takeAllDescriptors,
              ChaosRow.noneFailedAtUsualPace(),
              CALM_SECONDS,
              false),
          new ChaosRow(
              "one-greedy-client",
              AT_USUAL_PACE,
              ChaosCrowds::limitEachAddress,
              ChaosCrowds::askTooMuch,
              ChaosRow.noneFailedAtUsualPace(),
              CALM_SECONDS,
              false));

  private ChaosCrowds() {}

  private static void holdSlowClients() throws Exception {
    List<String> nodes = Lab.nodes();
    int each = SLOW_CLIENTS / nodes.size() + 1;
    List<ChaosCrowd> crowds = new ArrayList<>();
    try {
      for (String node : nodes) {
        crowds.add(ChaosCrowd.hold(each, SLOW_CLIENTS_PER_SECOND / nodes.size(), node));
      }
      crowds.forEach(crowd -> crowd.awaitAll(120));
      ChaosStage.pause(LASTS_SECONDS);
      for (ChaosCrowd crowd : crowds) {
        crowd.leave();
      }
      for (ChaosCrowd crowd : crowds) {
        expect("slow clients", crowd.outcomes(), Map.of("held", each, "ended", 0));
      }
    } finally {
      crowds.forEach(ChaosCrowd::close);
    }
  }

  /** The last node's agent can have as many clients as it always has, and not many more. */
  private static void leaveFewDescriptors(ChaosStage stage) {
    stage.web(6);
    stage.open(Lab.nodes().subList(0, Lab.nodes().size() - 1), KEPT_AHEAD);
    stage.agents.kill(ChaosStage.last());
    stage.afterwards(() -> restartWithAllDescriptors(stage));
    stage.agents.startWithDescriptors(ChaosStage.last(), FEW_DESCRIPTORS);
    awaitTable(stage);
  }

  private static void restartWithAllDescriptors(ChaosStage stage) {
    stage.agents.kill(ChaosStage.last());
    stage.agents.start(ChaosStage.last());
    awaitTable(stage);
  }

  private static void awaitTable(ChaosStage stage) {
    Wait.seconds(60)
        .until("the restarted agent is ready", () -> stage.tables.isReady(ChaosStage.last()));
    stage.awaitTables(6);
  }

  /**
   * Kept connections to that node go on, it tells load balancers to send nobody, and whoever comes
   * all the same waits and is served as soon as there is room.
   */
  private static void takeAllDescriptors(ChaosStage stage) throws Exception {
    String full = ChaosStage.last();
    Future<String> late;
    try (ChaosCrowd crowd = ChaosCrowd.hold(MORE_THAN_THERE_IS_ROOM_FOR, 2_000, full)) {
      crowd.awaitAll(30);
      Wait.seconds(5).until(full + " takes no more clients", () -> isPaused(stage, full));
      ChaosStage.pause(LASTS_SECONDS);
      expect(full + " is ready", stage.tables.isReady(full), false);
      for (String other : Lab.nodes().subList(0, Lab.nodes().size() - 1)) {
        expect(other + " is ready", stage.tables.isReady(other), true);
      }
      late = stage.ask(full);
      ChaosStage.pause(2);
      expect("a late client of " + full + " is answered", late.isDone(), false);
      AgentScenarios.report("%s: %s", full, pressure(stage, full));
      crowd.leave();
      AgentScenarios.report("clients of %s: %s", full, crowd.outcomes());
    }
    late.get();
    Wait.seconds(10).until(full + " takes clients again", () -> stage.tables.isReady(full));
  }

  private static boolean isPaused(ChaosStage stage, String node) throws IOException {
    return stage.tables.page(node, "/metrics").contains("tidegate_overload_accept_paused 1.0");
  }

  private static List<String> pressure(ChaosStage stage, String node) throws IOException {
    return stage
        .tables
        .page(node, "/metrics")
        .lines()
        .filter(line -> line.startsWith("tidegate_pressure_ratio{"))
        .toList();
  }

  private static void limitEachAddress(ChaosStage stage) {
    List<InetAddress> others = IntStream.range(1, 1 + OTHERS).mapToObj(stage::address).toList();
    stage.comeFrom(others);
    stage.web(6, "--label", "tidegate.limit.source.rate=" + FAIR_PER_SECOND);
  }

  private static void askTooMuch(ChaosStage stage) throws Exception {
    int nodes = Lab.nodes().size();
    InetAddress greedy = stage.address(0);
    try (ChaosCrowd crowd =
        ChaosCrowd.ask(TIMES_FAIR * FAIR_PER_SECOND * nodes, greedy.getHostAddress())) {
      ChaosStage.pause(LASTS_SECONDS);
      crowd.leave();
      Map<String, Integer> outcomes = crowd.outcomes();
      AgentScenarios.report("the greedy one: %s", outcomes);
      // A second's worth at once, and two seconds until the last one has asked.
      double most = FAIR_PER_SECOND * nodes * (LASTS_SECONDS + 3);
      if (outcomes.getOrDefault("answered", 0) > most
          || outcomes.getOrDefault("refused", 0) < 10 * most) {
        throw new AssertionError("the greedy one: %s, answered <= %.0f".formatted(outcomes, most));
      }
    }
  }

  private static <T> void expect(String what, T is, T expected) {
    if (!is.equals(expected)) {
      throw new AssertionError("%s: %s (expected: %s)".formatted(what, is, expected));
    }
  }
}
