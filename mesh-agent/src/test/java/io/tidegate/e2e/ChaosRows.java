package io.tidegate.e2e;

import io.tidegate.routing.ConnectOutcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The faults, in the order of the report. */
final class ChaosRows {

  private static final String NOTHING_FAILS = "0 failed";
  private static final int OUT_SECONDS = 3;
  private static final String HANDED_OVER = "hand-over: done after";

  private static final int RELAYS = 20;
  // For the hour that it is by default.
  private static final int IDLE_SECONDS = 20;

  private static final List<ChaosRow> OPERATIONS =
      List.of(
          rolling("start-first", 1, false),
          rolling("start-first", 3, false),
          rolling("stop-first", 1, false),
          rolling("stop-first", 3, true),
          planned(
              "force-one-replica",
              stage -> stage.web(1, "--update-order", "stop-first"),
              stage -> stage.update("--force"),
              true),
          planned(
              "scale-6-1-6",
              stage -> stage.web(6),
              stage -> {
                stage.scale(1);
                stage.scale(6);
              },
              false),
          planned(
              "rollback",
              stage -> {
                stage.web(6);
                stage.update("--env-add", "VERSION=2");
                stage.awaitTables(6);
              },
              ChaosStage::rollBack,
              false),
          planned("node-drain", stage -> stage.web(6), ChaosRows::drainNode, false),
          planned("docker-restart", stage -> stage.web(6), ChaosRows::restartEachEngine, false),
          planned("managers-down", stage -> stage.web(6), ChaosRows::stopManagers, false),
          new ChaosRow(
              "kill-task",
              "only those in flight",
              stage -> {
                stage.web(6);
                stage.choose();
              },
              ChaosRows::killTask,
              (_, requests, begin) -> wereUnderWayTogether(requests, begin + 1),
              false),
          new ChaosRow(
              "task-hangs",
              "out of every table <= 3 s, no new request after",
              stage -> {
                stage.web(6, "--label", "tidegate.check=http", "--label", "tidegate.check.path=/");
                stage.choose();
              },
              ChaosRows::stopTask,
              (result, requests, begin) ->
                  requests.stream()
                      .filter(ChaosLoad.Request::failed)
                      .allMatch(request -> request.dueSeconds() < begin + OUT_SECONDS),
              true),
          new ChaosRow(
              "port-refuses",
              "0 failed, <= 3 connects spent by each node",
              stage -> stage.web(2, "--env", "PORT={{if eq .Task.Slot \"3\"}}81{{else}}80{{end}}"),
              ChaosRows::addTaskThatRefuses,
              ChaosRow.noneFailed(),
              false),
          new ChaosRow(
              "node-cut",
              "<= 1 % failed in the first second, 0 after 2 s",
              stage -> {
                stage.web(6);
                stage.ask(Lab.nodes().subList(0, Lab.nodes().size() - 1));
              },
              ChaosRows::cutNode,
              ChaosRows::cutIsMet,
              false),
          new ChaosRow(
              "agent-kill",
              "its own connections, refused for <= 1 s",
              stage -> stage.web(6),
              ChaosRows::killAgent,
              (result, requests, begin) ->
                  requests.stream()
                      .filter(ChaosLoad.Request::failed)
                      .allMatch(
                          request ->
                              request.node().equals(ChaosStage.last())
                                  && request.dueSeconds() < begin + 1),
              false),
          planned("agent-handover", stage -> stage.web(6), ChaosRows::upgradeEachAgent, false),
          planned(
              "agents-update",
              ChaosRows::runAgentsAsService,
              stage -> ImageAgents.update(stage.tables),
              false),
          planned(
              "long-lived",
              stage -> stage.web(3, "--label", "tidegate.timeout.idle=" + IDLE_SECONDS + "s"),
              ChaosRows::keepConnections,
              false));

  static final List<ChaosRow> ALL =
      Stream.concat(OPERATIONS.stream(), ChaosCrowds.ALL.stream()).toList();

  private ChaosRows() {}

  private static ChaosRow planned(
      String name, ChaosRow.Act setUp, ChaosRow.Act fault, boolean inCi) {
    return new ChaosRow(name, NOTHING_FAILS, setUp, fault, ChaosRow.noneFailed(), inCi);
  }

  private static ChaosRow rolling(String order, int parallelism, boolean inCi) {
    return planned(
        "rolling-%s-%d".formatted(order, parallelism),
        stage -> stage.web(6),
        stage ->
            stage.update(
                "--force",
                "--update-order",
                order,
                "--update-parallelism",
                String.valueOf(parallelism)),
        inCi);
  }

  private static void drainNode(ChaosStage stage) {
    Swarm.docker("node", "update", "--availability", "drain", ChaosStage.last());
    try {
      Swarm.awaitRunning(ChaosStage.WEB, 6);
    } finally {
      Swarm.docker("node", "update", "--availability", "active", ChaosStage.last());
    }
  }

  private static void restartEachEngine(ChaosStage stage) {
    for (String node : Lab.nodes()) {
      Lab.run("stop-docker", node);
      Lab.run("start-docker", node);
      Swarm.awaitRunning(ChaosStage.WEB, 6);
    }
  }

  private static void stopManagers(ChaosStage stage) throws InterruptedException {
    Lab.managers().forEach(manager -> Lab.run("stop-docker", manager, "--kill"));
    try {
      ChaosStage.pause(60);
    } finally {
      Lab.managers().forEach(manager -> Lab.run("start-docker", manager));
    }
    Swarm.awaitRunning(ChaosStage.WEB, 6);
  }

  private static void killTask(ChaosStage stage) throws InterruptedException {
    Swarm.kill(stage.chosen());
    ChaosStage.pause(2);
    Swarm.awaitRunning(ChaosStage.WEB, 6);
  }

  /**
   * Whether there is a moment, before a limit, at which all that failed had begun and none had
   * ended.
   */
  private static boolean wereUnderWayTogether(
      List<ChaosLoad.Request> requests, double limitSeconds) {
    List<ChaosLoad.Request> failed = requests.stream().filter(ChaosLoad.Request::failed).toList();
    double lastBegin = failed.stream().mapToDouble(ChaosLoad.Request::dueSeconds).max().orElse(0);
    return lastBegin < limitSeconds
        && failed.stream().allMatch(request -> request.endSeconds() >= lastBegin);
  }

  /**
   * It goes on accepting, for as long as its queue of connections has room, and answers nothing.
   */
  private static void stopTask(ChaosStage stage) throws InterruptedException {
    Swarm.Container task = stage.chosen();
    task.signal("STOP");
    try {
      for (String node : Lab.nodes()) {
        Wait.seconds(OUT_SECONDS)
            .until(
                node + " takes " + task.taskId() + " out",
                () -> !stage.tables.ready(node, ChaosStage.PORT).contains(task.taskId()));
      }
      ChaosStage.pause(OUT_SECONDS);
    } finally {
      task.signal("CONT");
    }
    stage.awaitTables(6);
  }

  /** What relays when the new agent takes over finishes on the old one. */
  private static void upgradeEachAgent(ChaosStage stage) throws InterruptedException {
    for (String node : Lab.nodes()) {
      CompletableFuture<Void> upgrade;
      try (ChaosRelays relays = stage.relays(List.of(node), RELAYS)) {
        expectNone(relays.begin());
        long before = handovers(stage, node);
        upgrade = CompletableFuture.runAsync(() -> stage.agents.upgrade(node));
        Wait.seconds(60).until("hand-over", () -> handovers(stage, node) > before);
        ChaosStage.pause(2);
        expectNone(relays.finish());
      }
      upgrade.join();
      Wait.seconds(30).until(node + " is ready", () -> stage.tables.isReady(node));
    }
  }

  private static long handovers(ChaosStage stage, String node) {
    return stage.agents.said(node).lines().filter(line -> line.contains(HANDED_OVER)).count();
  }

  private static void expectNone(List<String> complaints) {
    if (!complaints.isEmpty()) {
      throw new AssertionError("relays: " + complaints);
    }
  }

  /** They outlast a scale-out and times of silence, but not one that is longer than allowed. */
  private static void keepConnections(ChaosStage stage) throws InterruptedException {
    try (ChaosRelays relays = stage.relays(Lab.nodes(), RELAYS)) {
      long fromNanos = System.nanoTime();
      stage.scale(9);
      stage.awaitTables(9);
      for (int i = 1; i <= 2; i++) {
        ChaosStage.pause(Math.max(0, 0.75 * IDLE_SECONDS - (System.nanoTime() - fromNanos) / 1e9));
        expectNone(relays.ask());
        fromNanos = System.nanoTime();
      }
      ChaosStage.pause(1.5 * IDLE_SECONDS);
      long closed = relays.closed();
      if (closed < relays.count()) {
        throw new AssertionError(
            "%d of %d closed when idle for too long".formatted(closed, relays.count()));
      }
    }
  }

  private static void addTaskThatRefuses(ChaosStage stage) throws Exception {
    stage.scale(3);
    ChaosStage.pause(5);
    long all = 0;
    for (String node : Lab.nodes()) {
      long spent = stage.connectFailures(node, ChaosStage.WEB + ".3");
      if (spent > ConnectOutcome.MOST_FAILURES) {
        throw new AssertionError(node + ": " + spent + " connects spent (expected: 3 at the most)");
      }
      all += spent;
    }
    // Two witnesses may have spared one node all of them, but not each.
    if (all == 0) {
      throw new AssertionError("no connect was spent: nobody tried the task that refuses");
    }
  }

  private static void cutNode(ChaosStage stage) throws InterruptedException {
    Lab.run("cut", ChaosStage.last());
    try {
      ChaosStage.pause(10);
    } finally {
      Lab.run("heal", ChaosStage.last());
    }
    ChaosStage.pause(10);
  }

  private static boolean cutIsMet(
      ChaosResult result, List<ChaosLoad.Request> requests, double begin) {
    long failedFirst =
        requests.stream()
            .filter(request -> request.failed() && request.dueSeconds() < begin + 1)
            .count();
    return failedFirst <= ChaosLoad.REQUESTS_PER_SECOND / 100
        && requests.stream()
            .filter(ChaosLoad.Request::failed)
            .allMatch(request -> request.dueSeconds() < begin + 2);
  }

  /** The agents of {@code deploy/stack.yml}, for as long as the stage is there. */
  private static void runAgentsAsService(ChaosStage stage) {
    stage.agents.close();
    stage.afterwards(
        () -> {
          stage.agents.start();
          awaitReady(stage);
        });
    ImageAgents containers = new ImageAgents();
    stage.afterwards(containers::close);
    containers.start();
    awaitReady(stage);
    stage.web(6);
  }

  private static void awaitReady(ChaosStage stage) {
    Lab.nodes()
        .forEach(
            node -> Wait.seconds(90).until(node + " is ready", () -> stage.tables.isReady(node)));
  }

  private static void killAgent(ChaosStage stage) {
    stage.agents.kill(ChaosStage.last());
    stage.agents.start(ChaosStage.last());
    Wait.seconds(30).until("ready again", () -> stage.tables.isReady(ChaosStage.last()));
  }
}
