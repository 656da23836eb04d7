package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterService.Port;
import io.tidegate.agent.cluster.ClusterService.PublishMode;
import io.tidegate.agent.cluster.Version;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeshPortsTest {

  @Test
  void areThoseOfTcpAndUdp() {
    ClusterService service =
        service(
            port(ClusterService.Protocol.TCP, 8080, PublishMode.INGRESS),
            port(ClusterService.Protocol.UDP, 8053, PublishMode.INGRESS));

    assertThat(MeshPorts.of(service))
        .containsExactly(
            new Publication(PublishedPort.tcp(8080), 80),
            new Publication(new PublishedPort(8053, Protocol.UDP), 80));
  }

  @Test
  void areOnlyThoseThatAreAllocatedAndNotOfAHost() {
    ClusterService service =
        service(
            port(ClusterService.Protocol.TCP, 8080, PublishMode.HOST),
            port(ClusterService.Protocol.TCP, 0, PublishMode.INGRESS),
            port(ClusterService.Protocol.TCP, 70_000, PublishMode.INGRESS));

    assertThat(MeshPorts.of(service)).isEmpty();
  }

  @Test
  void areNotServedIfTheyAreNeitherTcpNorUdp() {
    ClusterService service = service(port(ClusterService.Protocol.SCTP, 9000, PublishMode.INGRESS));

    assertThat(MeshPorts.of(service)).isEmpty();
    assertThat(MeshPorts.unserved(service)).containsExactly("9000/sctp");
  }

  private static Port port(ClusterService.Protocol protocol, int published, PublishMode mode) {
    return new Port(protocol, 80, published, mode);
  }

  private static ClusterService service(Port... ports) {
    return new ClusterService(
        "s1", Version.at(1), Instant.EPOCH, "web", Map.of(), List.of(ports), Map.of());
  }
}
