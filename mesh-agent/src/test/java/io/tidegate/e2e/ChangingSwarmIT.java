package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The Swarm itself changes, under load: no request fails, and every node goes on following. */
class ChangingSwarmIT extends AgentScenarios {

  private static final int WEB = 8080;
  private static final int BEACON = 8081;
  private static final long STREAM_MILLIS = 1_000;
  private static final long POLL_MILLIS = 2_000;
  private static final String NO_ALPN = "has stopped negotiating HTTP/2 (ALPN)";

  private int beacons = 1;

  /**
   * A manager that starts says its whole log over again, to agents that have not heard it: of
   * another service, too, that had this one's name and port.
   */
  @Override
  @BeforeAll
  void startAgents() {
    Lab.require();
    Lab.anew();
    Swarm.createWeb("web", 2, WEB);
    Swarm.remove("web");
    super.startAgents();
  }

  @Test
  void noRequestFailsAndEveryNodeFollowsWhileTheSwarmChanges() throws Exception {
    Swarm.createWeb("web", 4, WEB, "--constraint", "node.hostname!=n1");
    Swarm.createWeb("beacon", beacons, BEACON, "--constraint", "node.hostname!=n1");
    awaitTables("web", 4, WEB);
    try (Load load = Load.start(client, WEB, Lab.nodes())) {
      load.goOnFor(Duration.ofSeconds(2));

      Swarm.docker("node", "promote", "n2");
      awaitRole("n2", "MANAGER");
      assertFollows("n2 promoted");
      Swarm.docker("node", "demote", "n2");
      awaitRole("n2", "WORKER");
      assertFollows("n2 demoted");

      Lab.run("stop-docker", "n1");
      load.goOnFor(Duration.ofSeconds(1));
      Lab.run("start-docker", "n1");
      assertFollows("dockerd of n1 restarted");

      Swarm.docker("swarm", "ca", "--rotate", "--quiet");
      assertFollows("root rotated");

      Swarm.docker("swarm", "update", "--autolock=true");
      assertThat(Swarm.docker("swarm", "unlock-key", "--quiet")).contains("SWMKEY");
      assertFollows("autolock on");
      Swarm.docker("swarm", "update", "--autolock=false");
      assertFollows("autolock off");
      assertNoneFailed(load, "the Swarm changes");
    }
    assertAlpnTrapIsToldOnce();
  }

  private void awaitRole(String node, String role) {
    Wait.seconds(60)
        .until(
            node + " is a " + role,
            () ->
                tables.json(node, "/api/v1/node").path("node").path("role").asText().equals(role));
  }

  private void assertFollows(String when) throws Exception {
    Lab.nodes().forEach(this::awaitFollows);
    beacons = 3 - beacons;
    boolean isPolled = tables.source("n1").equals("swarm-rest");
    assertFollowsScale(
        "beacon",
        beacons,
        BEACON,
        isPolled ? POLL_MILLIS : STREAM_MILLIS,
        when + (isPolled ? " (polled)" : ""));
  }

  /** Engines before 28 speak no HTTP/2 on the socket of a manager that has a new certificate. */
  private void assertAlpnTrapIsToldOnce() throws IOException {
    String engine = tables.json("n2", "/api/v1/node").path("node").path("engineVersion").asText();
    int expected = Integer.parseInt(engine.substring(0, engine.indexOf('.'))) < 28 ? 1 : 0;
    long told = agents.said("n2").lines().filter(line -> line.contains(NO_ALPN)).count();
    report("engine %s: n2 told %d times that it %s", engine, told, NO_ALPN);
    assertThat(told).isEqualTo(expected);
  }
}
