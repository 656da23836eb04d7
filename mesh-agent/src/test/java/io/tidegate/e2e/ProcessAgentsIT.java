package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks die, and an engine stops, under clients that want to notice nothing. */
class ProcessAgentsIT extends AgentScenarios {

  private static final int PORT = 8080;
  private static final int UDP_SESSIONS = 40;
  private static final String NOT_ON_N3 = "node.hostname!=n3";

  @Test
  void aKilledTaskCostsOnlyWhatWasInFlightOnIt() throws Exception {
    Swarm.createWeb("web", 5, PORT, "--constraint", NOT_ON_N3);
    tables.awaitEverywhereMillis(PORT, Swarm.running("web"));
    try (Load load = Load.start(client, PORT, Lab.nodes())) {
      load.goOnFor(Duration.ofSeconds(4));
      double killSeconds = load.seconds();
      Swarm.killContainer("n1", "web");
      double killedSeconds = load.seconds();
      load.goOnFor(Duration.ofSeconds(10));
      List<Load.Request> requests = load.stop();
      List<Load.Request> failed = Load.failed(requests);
      report("kill -9 of a task: %s", Load.summary(requests));
      assertInFlightAtOneInstant(requests, failed, killSeconds, killedSeconds);
    }
  }

  @Test
  void aUdpSessionStaysWithItsTaskAndGoesOnWithAnotherWhenThatIsKilled() throws Exception {
    String[] options = {"--constraint", NOT_ON_N3, "--publish", PORT + ":80/udp"};
    Swarm.createWeb("web", 4, PORT, options);
    for (String node : Lab.nodes()) {
      Swarm.awaitRunning("web", 4);
      tables.awaitEverywhereMillis(PORT, Swarm.running("web"));
      try (UdpClients sessions = new UdpClients(client, node, PORT, UDP_SESSIONS)) {
        sessions.assertStay(50);
        String task = sessions.firstTask();
        String id = task.replaceAll("(?s).*task=(\\S+).*", "$1");
        Swarm.killContainer(task.replaceAll("(?s).*node=(\\S+).*", "$1"), id);
        List<Long> tookMillis = sessions.assertGoOnWithout(task);
        report("udp through %s: %s killed, next in ms: %s", node, task.strip(), tookMillis);
        Wait.seconds(30).until("Swarm knows of it", () -> !Swarm.running("web").contains(id));
      }
    }
  }

  @Test
  void noRequestFailsWhileTheManagersEngineIsStoppedForTwentySeconds() throws Exception {
    // Spread over n2 and n3: the engine's stop ends the tasks on its own node, in flight or not.
    Swarm.createWeb("web", 4, PORT, "--constraint", "node.hostname!=n1");
    tables.awaitEverywhereMillis(PORT, Swarm.running("web"));
    try (Load load = Load.start(client, PORT, Lab.nodes())) {
      load.goOnFor(Duration.ofSeconds(3));
      Lab.run("stop-docker", "n1");
      load.goOnFor(Duration.ofSeconds(20));
      Lab.run("start-docker", "n1");
      load.goOnFor(Duration.ofSeconds(60));
      List<Load.Request> requests = load.stop();
      String summary = Load.summary(requests);
      report("dockerd of n1 stopped for 20 s: %s", summary);
      assertThat(Load.failed(requests).size()).as(summary).isZero();
    }
    Wait.seconds(60).until("the Swarm is whole again", () -> Swarm.running("web").size() == 4);
    tables.awaitGossip();
  }
}
