package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.linux.TestNamespace;
import io.tidegate.routing.Reach;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomesTest {

  private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.7");
  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final String INSPECT = "/containers/c1/json";
  private static final LocalTasks TASKS =
      new LocalTasks(Map.of("t1", "c1"), Map.of("c1", ADDRESS), Map.of());

  @TempDir Path dir;
  private TestNamespace namespace;
  private FakeDocker daemon;
  private DockerApi docker;
  private Homes homes;

  @BeforeEach
  void start() throws Exception {
    namespace = TestNamespace.add();
    namespace.run("ip address add 192.0.2.7/32 dev lo");
    daemon = new FakeDocker(dir);
    docker = new DockerApi(new DockerConfig(daemon.host(), Duration.ofSeconds(10)));
    homes = new Homes(docker);
    answer("/var/run/docker/netns/" + namespace.name);
  }

  @AfterEach
  void stop() throws Exception {
    if (docker != null) {
      docker.close();
      daemon.close();
      namespace.close();
    }
  }

  private void answer(String sandboxKey) {
    daemon.answer(INSPECT, "{\"NetworkSettings\": {\"SandboxKey\": \"%s\"}}".formatted(sandboxKey));
  }

  private Map<String, String> read(String endpointId) throws Exception {
    NetworkAnswers.NetworkContainer member =
        new NetworkAnswers.NetworkContainer(endpointId, "192.0.2.7/24");
    NetworkAnswers.Network bridge =
        new NetworkAnswers.Network(
            "b", "docker_gwbridge", false, Map.of("c1", member), List.of(), Map.of());
    return homes.of(TASKS, bridge, NAMESPACES);
  }

  /** Docker may have no time for an answer right now. */
  private void awaitHome(String endpointId) {
    await()
        .untilAsserted(
            () -> assertThat(read(endpointId)).isEqualTo(Map.of("c1", namespace.path.toString())));
  }

  private long questions() {
    return daemon.requests().stream().filter(request -> request.endsWith(INSPECT)).count();
  }

  @Test
  void asksOnceForTheHomeOfATask() throws Exception {
    awaitHome("e1");
    awaitHome("e1");
    assertThat(questions()).isEqualTo(1);
  }

  @Test
  void asksAgainWhenTheContainerWasStartedAgain() throws Exception {
    awaitHome("e1");
    try (TestNamespace next = TestNamespace.add()) {
      next.run("ip address add 192.0.2.7/32 dev lo");
      answer("/var/run/docker/netns/" + next.name);
      await()
          .untilAsserted(
              () -> assertThat(read("e2")).isEqualTo(Map.of("c1", next.path.toString())));
    }
    assertThat(questions()).isEqualTo(2);
  }

  @Test
  void believesNothingThatTheKernelDoesNotConfirm() throws Exception {
    namespace.run("ip address del 192.0.2.7/32 dev lo");
    assertUnknown("e1");
    answer("/var/run/docker/netns/none-such");
    assertUnknown("e1");
    daemon.fail(INSPECT, 404, "no such container");
    assertUnknown("e1");
  }

  private void assertUnknown(String endpointId) throws Exception {
    assertThat(read(endpointId)).isEqualTo(Map.of("c1", Reach.UNKNOWN_HOME));
  }

  @Test
  void tellsNothingWhereDockerDoesNot() {
    answer("");
    await().untilAsserted(() -> assertThat(read("e1")).isEmpty());
  }

  @Test
  void asksAgainForWhatCouldNotBeTold() throws Exception {
    daemon.fail(INSPECT, 500, "not now");
    await().untilAsserted(() -> assertThat(read("e1")).isEmpty());
    answer("/var/run/docker/netns/" + namespace.name);
    awaitHome("e1");
  }

  @Test
  void doesNotWaitForAContainerThatHangs() throws Exception {
    daemon.hang(INSPECT);
    long beganNanos = System.nanoTime();
    assertThat(read("e1")).isEqualTo(Map.of("c1", Reach.UNKNOWN_HOME));
    assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(Duration.ofSeconds(5));
    daemon.resume(INSPECT);
    awaitHome("e1");
    assertThat(questions()).isEqualTo(1);
  }
}
