package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.PublishedPort;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveContainerTest {

  @TempDir Path dir;

  @Test
  void readsWhatIsPublishedBesideSwarm() throws Exception {
    try (FakeDocker daemon = new FakeDocker(dir)) {
      daemon.answer(
          "/containers/json",
          """
          [{"Names": ["/plain"], "Labels": {}, "Ports": [
             {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8070, "Type": "tcp"},
             {"IP": "::", "PrivatePort": 80, "PublicPort": 8070, "Type": "tcp"},
             {"IP": "0.0.0.0", "PrivatePort": 53, "PublicPort": 5353, "Type": "udp"},
             {"PrivatePort": 81, "Type": "tcp"}]},
           {"Names": ["/quiet"], "Ports": [{"PrivatePort": 80, "Type": "tcp"}]},
           {"Names": ["/web.1.t1"], "Labels": {"com.docker.swarm.task.id": "t1"}, "Ports": [
             {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8090, "Type": "tcp"}]}]
          """);
      assertThat(LiveContainer.read(DockerConfig.USUAL.at(daemon.host())))
          .containsExactly(
              new LiveContainer(
                  "plain", List.of(PublishedPort.tcp(8070), PublishedPort.parse("5353/udp"))));
    }
  }
}
