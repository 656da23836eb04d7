package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GossipPortsTest {

  private static final Publication OLD = new Publication(PublishedPort.tcp(8080), 80);
  private static final Publication NEW = new Publication(PublishedPort.tcp(8081), 80);

  private final GossipPorts ports = new GossipPorts();

  @Test
  void keepsAPortForAMomentAfterItWasLastSeen() {
    assertThat(publications(0, OLD)).containsExactly(OLD);
    assertThat(publications(1100, NEW)).containsExactlyInAnyOrder(OLD, NEW);
    assertThat(ports.isUnsettled()).isTrue();
    assertThat(publications(1250, OLD)).containsExactlyInAnyOrder(OLD, NEW);

    assertThat(publications(2750, NEW)).containsExactly(NEW);
    assertThat(ports.isUnsettled()).isFalse();
  }

  @Test
  void takesANewTargetPortAtOnce() {
    publications(0, OLD);
    Publication moved = new Publication(OLD.port(), 81);

    assertThat(publications(1100, moved)).containsExactly(moved);
  }

  @Test
  void remembersTheProtocolThatAManagerTold() {
    Publication udp = new Publication(new PublishedPort(5353, Protocol.UDP), 53);
    ports.tell(List.of(new SeenService("web", List.of(udp), List.of(), List.of())));

    assertThat(publications(0, new Publication(PublishedPort.tcp(5353), 53))).containsExactly(udp);
  }

  private List<Publication> publications(long millis, Publication... view) {
    List<SeenService> services =
        List.of(new SeenService("web", List.of(view), List.of(), List.of()));
    return ports.complete(services, Duration.ofMillis(millis).toNanos()).getFirst().publications();
  }
}
