package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The agents as plain processes on the nodes. */
class ProcessAgentsIT extends SwarmScenarios {

  ProcessAgentsIT() {
    super(new ProcessAgents());
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
