package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The agents as a global service of containers. */
class ImageAgentsIT extends SwarmScenarios {

  private static final int MIB = 1 << 20;

  ImageAgentsIT() {
    super(new ImageAgents());
  }

  @Override
  @BeforeAll
  void startAgents() {
    Lab.require();
    assumeTrue(ImageAgents.isBuilt(), "needs the image: deploy/image/build");
    super.startAgents();
  }

  @Test
  void theImageIsSmallStartsQuicklyAndStaysSmall() throws IOException {
    long imageMib =
        Long.parseLong(
                Lab.docker("n1", "image", "inspect", "--format", "{{.Size}}", "tidegate:latest"))
            / MIB;
    report("image: %d MiB", imageMib);
    assertThat(imageMib).isLessThanOrEqualTo(120);
    // One after the other: the nodes of a real Swarm do not share two cores.
    List<Duration> starts = new ArrayList<>();
    for (String node : Lab.nodes()) {
      replaceAgent(node);
      starts.add(timeToReady(node));
      long residentMib = residentMib(node);
      report("%s: ready after %d ms, %d MiB", node, starts.getLast().toMillis(), residentMib);
      assertThat(residentMib).isLessThanOrEqualTo(160);
    }
    // The median: a shared machine is slow for a second now and then.
    Collections.sort(starts);
    assertThat(starts.get(1)).isLessThanOrEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void anUpdateOfTheAgentsServiceFailsNoRequest() throws Exception {
    Swarm.createWeb("web", 4, PORT);
    tables.awaitEverywhereMillis(PORT, Swarm.running("web"));
    try (Load load = Load.start(client, PORT, Lab.nodes())) {
      load.goOnFor(Duration.ofSeconds(2));
      ImageAgents.update(tables);
      load.goOnFor(Duration.ofSeconds(2));
      AgentScenarios.assertNoneFailed(load, "docker service update of the agents");
    }
  }

  /** Ends the agent of a node; Swarm starts another one. */
  private void replaceAgent(String node) {
    String before = ImageAgents.container(node);
    Lab.docker(node, "kill", before);
    Wait.seconds(60)
        .until(
            "another agent is ready on " + node,
            () -> !ImageAgents.container(node).equals(before) && tables.isReady(node));
  }

  private static long residentMib(String node) throws IOException {
    Path status = Path.of("/proc", inspect(node, "{{.State.Pid}}"), "status");
    String line =
        Files.readAllLines(status).stream()
            .filter(it -> it.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
  }

  /** From the start of the container to the agent's own word that it is ready. */
  private static Duration timeToReady(String node) {
    Instant started = Instant.parse(inspect(node, "{{.State.StartedAt}}"));
    // The log is written by a thread of its own, so it may follow the answer of /readyz.
    Wait.seconds(5)
        .until("the agent's log says ready on " + node, () -> readyLine(node).isPresent());
    String ready = readyLine(node).orElseThrow();
    return Duration.between(started, Instant.parse(ready.substring(0, ready.indexOf(' '))));
  }

  private static Optional<String> readyLine(String node) {
    return Lab.docker(node, "logs", ImageAgents.container(node))
        .lines()
        .filter(line -> line.contains(" ready: "))
        .findFirst();
  }

  private static String inspect(String node, String format) {
    return Lab.docker(node, "inspect", "--format", format, ImageAgents.container(node));
  }
}
