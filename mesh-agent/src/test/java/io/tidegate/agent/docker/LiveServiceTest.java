package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveServiceTest {

  @TempDir Path dir;
  private FakeDocker daemon;

  @BeforeEach
  void start() throws IOException {
    daemon = new FakeDocker(dir);
  }

  @AfterEach
  void stop() throws IOException {
    daemon.close();
  }

  @Test
  void readsWhatServicesDeclare() throws Exception {
    daemon.answer(
        "/services",
        """
        [{"ID": "s1", "CreatedAt": "1970-01-01T00:00:01.5Z",
          "Spec": {"Name": "web", "Labels": {"tidegate.balance": "p2c"},
                   "TaskTemplate": {"ContainerSpec": {"Labels": {"tidegate.publish": "1:2"}}}},
          "Endpoint": {"Ports": [
             {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"},
             {"Protocol": "tcp", "TargetPort": 81, "PublishedPort": 8081, "PublishMode": "host"},
             {"Protocol": "udp", "TargetPort": 53, "PublishedPort": 5353, "PublishMode": "host"},
             {"Protocol": "sctp", "TargetPort": 9, "PublishedPort": 9, "PublishMode": "host"}]}},
         {"ID": "s2", "Spec": {"Name": "job"}}]
        """);
    List<LiveService> services = LiveService.read(DockerConfig.USUAL.at(daemon.host()));
    assertThat(services).extracting(LiveService::name).containsExactly("web", "job");
    LiveService web = services.getFirst();
    assertThat(web.createdAtNanos()).isEqualTo(1_500_000_000);
    assertThat(web.labels()).containsOnlyKeys("tidegate.balance");
    assertThat(web.containerLabels()).containsOnlyKeys("tidegate.publish");
    assertThat(web.publications()).containsExactly(new Publication(PublishedPort.tcp(8080), 80));
    assertThat(web.hostPorts())
        .containsExactly(PublishedPort.tcp(8081), PublishedPort.parse("5353/udp"));
  }

  @Test
  void tellsDockersOwnWordsWhereItMayNotAsk() {
    daemon.fail("/services", 503, "This node is not a swarm manager.");
    assertThatThrownBy(() -> LiveService.read(DockerConfig.USUAL.at(daemon.host())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("This node is not a swarm manager.");
  }
}
