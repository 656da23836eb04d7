package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code tidegate lint} of services that a real Swarm runs; no agent is needed for it. */
class LintIT {

  private static final String TIDEGATE = Lab.ROOT.resolve("tidegate").toString();
  private static final String BESIDE = "beside";

  @BeforeEach
  void clear() {
    Lab.require();
    Lab.repair();
    Swarm.removeAll();
  }

  @AfterEach
  void removeServices() {
    if (Lab.runs()) {
      Swarm.removeAll();
    }
  }

  @Test
  void namesWhatIsWrongWithAServiceAndWhoHasItsPort() {
    // The first start of all prepares quick ones, and says so.
    Lab.run("exec", "n1", TIDEGATE, "--version");
    Swarm.createWeb("good", 1, 8080, "--label", "tidegate.publish=8443:80");
    Swarm.createWeb(
        "bad",
        1,
        8081,
        "--label",
        "tidegate.balanse=p2c",
        "--label",
        "tidegate.balance=fastest",
        "--label",
        "tidegate.publish=8443:80,5353:53/udp,8070:80",
        "--publish",
        "mode=host,published=8082,target=80");
    Swarm.createWeb("dns", 1, 8083, "--publish", "mode=host,published=5353,target=80,protocol=udp");
    Lab.docker(
        "n1", "run", "--detach", "--name", BESIDE, "--publish", "8070:80", "tidegate-lab/http");
    try {
      assertFaultsAreTold();
    } finally {
      Lab.docker("n1", "rm", "--force", BESIDE);
    }
    Swarm.remove("bad", "dns");
    assertThat(run("n1", "good")).isEqualTo("service good: ok");
  }

  private static void assertFaultsAreTold() {
    assertThat(lint("n1", "dns"))
        .isEqualTo(
            "service dns: port 5353/udp: published here (docker, in host mode) and by service bad"
                + " (label) (expected: by one service); bad is older and keeps it");
    assertThat(lint("n1", "bad").lines())
        .containsExactlyInAnyOrder(
            "service bad: label tidegate.balanse: unknown (nearest: tidegate.balance)",
            "service bad: label tidegate.balance: fastest (expected: p2c or round-robin)",
            "service bad: port 8443/tcp: published here (label) and by service good (label)"
                + " (expected: by one service); good is older and keeps it",
            "service dns: port 5353/udp: published here (docker, in host mode) and by service bad"
                + " (label) (expected: by one service); bad is older and keeps it",
            "service bad: port 8070/tcp: published here (label) and by container beside of this"
                + " node (expected: by one of them); there the container keeps it");
    assertThat(lint("n1", "goood"))
        .isEqualTo("tidegate lint: service goood: not found (nearest: good)");
    assertThat(lint("n2", "good")).contains("This node is not a swarm manager.");
  }

  /** What it says of a service that it finds fault with, or cannot look at. */
  private static String lint(String node, String service) {
    return catchThrowableOfType(Lab.CommandFailed.class, () -> run(node, service)).answer();
  }

  private static String run(String node, String service) {
    return Lab.run("exec", node, TIDEGATE, "lint", "--service", service);
  }
}
