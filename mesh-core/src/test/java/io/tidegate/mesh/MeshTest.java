package io.tidegate.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.proxy.Inheritance;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MeshTest {

  private static final int SERVICES = 10_000;

  /** An agent that takes over closes what no port has claimed once its table is in force. */
  @Test
  void aTableThatCanBeSeenIsInForceOnceTheShardsHaveSettled() {
    try (Mesh mesh = Mesh.start(ProxyConfig.defaults(), UpstreamSockets.none("not in this test"));
        Inheritance inheritance = Inheritance.of(List.of())) {
      // Until it begins no port is bound.
      mesh.inherit(inheritance);
      mesh.offer(
          new Topology(IntStream.rangeClosed(1, SERVICES).mapToObj(MeshTest::service).toList()));
      while (mesh.table().version() == 0) {
        Thread.onSpinWait();
      }
      mesh.settle();
      assertThat(mesh.listeners()).hasSize(SERVICES);
    }
  }

  @Test
  void closesWithoutWaitingForWhatIsDueLater() {
    long beganNanos = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      Mesh.start(ProxyConfig.defaults(), UpstreamSockets.none("not in this test")).close();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(Duration.ofSeconds(5));
  }

  private static Service service(int port) {
    Publication publication = new Publication(PublishedPort.tcp(port), 80);
    return new Service("s" + port, "web", BalancingPolicy.P2C, List.of(publication), List.of());
  }
}
