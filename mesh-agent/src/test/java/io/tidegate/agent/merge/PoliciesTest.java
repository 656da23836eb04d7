package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.Version;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import io.tidegate.routing.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PoliciesTest {

  private static final Publication DOCKER = new Publication(PublishedPort.tcp(8080), 80);

  private final Policies policies = new Policies();

  @Test
  void completesAServiceWithWhatItDeclares() {
    policies.read(
        declared(
            "2026-01-01T00:00:00.000000007Z",
            Map.of("tidegate.balance", "round-robin", "tidegate.publish", "8443:443/tcp")));

    Service web = service();
    assertThat(web.policy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
    assertThat(web.createdAtNanos()).isEqualTo(1_767_225_600_000_000_007L);
    assertThat(web.publications())
        .containsExactly(
            DOCKER, new Publication(PublishedPort.tcp(8443), 443, Publication.Means.LABEL));
  }

  @Test
  void knowsNothingOfAServiceThatWasNotDeclared() {
    Timeouts timeouts = Timeouts.NONE.withDrain(Duration.ofSeconds(12));
    Policy policy = Policy.DEFAULT.withTimeouts(timeouts);
    assertThat(service()).isEqualTo(new Service("web", "web", policy, List.of(DOCKER), List.of()));
  }

  @Test
  void closesRelaysByTheTimeThatSwarmKillsTheirTask() {
    policies.read(stoppingWithin(Duration.ofSeconds(90), Map.of()));
    assertThat(drain()).isEqualTo(Duration.ofSeconds(92));
    policies.read(stoppingWithin(Duration.ofNanos(Long.MAX_VALUE), Map.of()));
    assertThat(drain()).isEqualTo(Timeouts.LONGEST);
    policies.read(stoppingWithin(ClusterService.DEFAULT_STOP_GRACE, Map.of()));
    assertThat(drain()).isEqualTo(Duration.ofSeconds(12));
  }

  @Test
  void closesRelaysWhenTheServiceDeclaresIt() {
    policies.read(stoppingWithin(Duration.ofSeconds(90), Map.of("tidegate.drain.timeout", "12s")));
    assertThat(drain()).isEqualTo(Duration.ofSeconds(12));
    policies.read(stoppingWithin(Duration.ofSeconds(90), Map.of("tidegate.drain.timeout", "off")));
    assertThat(drain()).isEqualTo(Timeouts.LONGEST);
    policies.read(stoppingWithin(Duration.ofSeconds(90), Map.of()));
    assertThat(drain()).isEqualTo(Duration.ofSeconds(92));
    policies.retain(Set.of("dns"));
    assertThat(drain()).isEqualTo(Duration.ofSeconds(12));
  }

  private @Nullable Duration drain() {
    return service().policy().timeouts().drain();
  }

  private static ClusterService stoppingWithin(Duration stopGrace, Map<String, String> labels) {
    return new ClusterService(
        "s1", Version.at(1), Instant.EPOCH, "web", labels, List.of(), Map.of(), stopGrace);
  }

  @Test
  void takesATimeThatIsNoneForNotKnown() {
    policies.read(declared("1970-01-01T00:00:00Z", Map.of()));
    assertThat(service().createdAtNanos()).isZero();
    policies.read(declared("9999-01-01T00:00:00Z", Map.of()));
    assertThat(service().createdAtNanos()).isZero();
  }

  @Test
  void forgetsServicesThatAreGone() {
    policies.read(declared("2026-01-01T00:00:00Z", Map.of("tidegate.balance", "round-robin")));
    policies.retain(Set.of("dns"));
    assertThat(service().createdAtNanos()).isZero();
    assertThat(service().policy().balance()).isEqualTo(BalancingPolicy.P2C);
  }

  private Service service() {
    return policies.service(
        new SeenService("web", List.of(DOCKER), List.of(), List.of()), List.of());
  }

  private static ClusterService declared(String createdAt, Map<String, String> labels) {
    return new ClusterService(
        "s1", Version.at(1), Instant.parse(createdAt), "web", labels, List.of(), Map.of());
  }
}
