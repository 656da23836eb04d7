package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which virtual addresses count on this node, and how their tasks are reached. */
class DiscoveryVirtualTest {

  private static final String INGRESS = "ingress00zr9d8v4gdvsxl9c1";
  private static final String BACKEND = "backend00zr9d8v4gdvsxl9c1";
  private static final String FRONTEND = "frontend0zr9d8v4gdvsxl9c1";

  @Test
  void takesTheAddressesOfNetworksOnWhichThisNodeHasANamespace() {
    Discovery discovery = discovery(VipScope.ALL, service("api", Map.of(), BACKEND, FRONTEND));
    read(discovery, "backend00");

    assertThat(service(discovery, "api").virtualIps())
        .extracting(VirtualIp::networkId, VirtualIp::namespace)
        .containsExactly(tuple(BACKEND, "/netns/lb_backend00"), tuple(FRONTEND, null));
    assertThat(task(discovery, "api").addresses())
        .containsEntry(BACKEND, InetAddress.ofLiteral("10.1.0.3"))
        .containsEntry(FRONTEND, InetAddress.ofLiteral("10.2.0.3"));
  }

  @Test
  void followsNamespacesThatComeAndGo() {
    Discovery discovery = discovery(VipScope.ALL, service("api", Map.of(), BACKEND));
    read(discovery);
    assertThat(find(discovery, "api")).isNull();
    read(discovery, "backend00");
    assertThat(routed(discovery, "api")).containsExactly(BACKEND);
    read(discovery);
    assertThat(find(discovery, "api")).isNull();
  }

  @Test
  void leavesEveryServiceAloneThatIsOnOtherNetworks() {
    Discovery discovery =
        discovery(
            VipScope.ALL,
            service("api", Map.of(), BACKEND),
            service("db", Map.of(), FRONTEND),
            published("web"));
    read(discovery, "backend00");
    Service api = service(discovery, "api");
    Service web = service(discovery, "web");

    read(discovery, "backend00", "frontend0");

    assertThat(service(discovery, "api")).isSameAs(api);
    assertThat(service(discovery, "web")).isSameAs(web);
    assertThat(routed(discovery, "db")).containsExactly(FRONTEND);
  }

  @Test
  void hasNoneOnTheIngressNetwork() {
    Discovery discovery = discovery(VipScope.ALL, published("web"));
    read(discovery, "backend00");

    assertThat(service(discovery, "web").virtualIps()).hasSize(1);
    assertThat(routed(discovery, "web")).isEmpty();
    assertThat(task(discovery, "web").addresses()).isEmpty();
  }

  @Test
  void leavesServicesAloneThatHaveNoVirtualAddresses() {
    Discovery discovery = discovery(VipScope.ALL, service("dnsrr", Map.of()));
    read(discovery, "backend00");

    assertThat(find(discovery, "dnsrr")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,  ,     false",
    "NONE,  on,   false",
    "ASKED, ,     false",
    "ASKED, auto, false",
    "ASKED, on,   true",
    "ALL,   ,     true",
    "ALL,   auto, true",
    "ALL,   off,  false"
  })
  void asksTheServiceWhatTheAgentLeavesToIt(
      VipScope scope, @Nullable String label, boolean isRouted) {
    Map<String, String> labels = label == null ? Map.of() : Map.of("tidegate.vip", label);
    Discovery discovery = discovery(scope, service("api", labels, BACKEND));
    read(discovery, "backend00");

    assertThat(find(discovery, "api") != null).isEqualTo(isRouted);
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,  on,   --vip off",
    "ASKED, auto, beside IPVS",
    "ASKED, off,  tidegate.vip=off",
    "ALL,   off,  tidegate.vip=off",
    "ASKED, on,  ",
    "ALL,   auto, "
  })
  void saysWhyAddressesAreLeftToDocker(VipScope scope, String label, @Nullable String reason) {
    Map<String, String> labels = Map.of("tidegate.vip", label, "tidegate.publish", "8080:80");
    Discovery discovery = discovery(scope, service("api", labels, BACKEND));
    read(discovery, "backend00");

    String objection = service(discovery, "api").virtualObjection();
    if (reason == null) {
      assertThat(objection).isNull();
    } else {
      assertThat(objection).startsWith("left to Docker").endsWith(reason);
    }
  }

  @Test
  void followsTheLabel() {
    Discovery discovery = discovery(VipScope.ALL, service("api", Map.of(), BACKEND));
    read(discovery, "backend00");
    ClusterService off = at(2, service("api", Map.of("tidegate.vip", "off"), BACKEND));
    discovery.onCommit(new Commit(List.of(new Commit.Change.Put(off))), 0);

    assertThat(find(discovery, "api")).isNull();
  }

  @Test
  void treatsClientsThereAsTheServiceSays() {
    Map<String, String> labels =
        Map.of("tidegate.vip.balance", "round-robin", "tidegate.allow", "192.0.2.0/24");
    Discovery discovery = discovery(VipScope.ALL, service("api", labels, BACKEND));
    read(discovery, "backend00");

    Service api = service(discovery, "api");
    assertThat(api.policy().balance()).isEqualTo(BalancingPolicy.P2C);
    assertThat(api.virtualPolicy().balance()).isEqualTo(BalancingPolicy.ROUND_ROBIN);
    assertThat(api.virtualPolicy().access().isOpen()).isTrue();
    assertThat(api.virtualPolicy().timeouts().drain())
        .isNotNull()
        .isEqualTo(api.policy().timeouts().drain());
  }

  @Test
  void reachesTasksOfAServiceThatPublishesNothingFromInsideTheNetwork() {
    Discovery discovery = discovery(VipScope.ALL, service("api", Map.of(), BACKEND));
    read(discovery, "backend00");

    Reach reach = task(discovery, "api").reach();
    assertThat(reach.kind()).isEqualTo(Reach.Kind.OVERLAY);
    assertThat(reach.namespace()).isEqualTo("/netns/lb_backend00");
  }

  @Test
  void reachesTasksBehindPublishedPortsAsEver() {
    Map<String, String> labels = Map.of("tidegate.publish", "8443:443");
    Discovery discovery = discovery(VipScope.ALL, service("api", labels, BACKEND));
    read(discovery, "backend00");

    assertThat(task(discovery, "api").reach().kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(routed(discovery, "api")).containsExactly(BACKEND);
  }

  @Test
  void keepsTheNamespacesWhileTheDaemonIsAway() {
    Discovery discovery = discovery(VipScope.ALL, service("api", Map.of(), BACKEND));
    read(discovery, "backend00");
    discovery.onDaemonLost();

    assertThat(routed(discovery, "api")).containsExactly(BACKEND);
  }

  @Test
  void beginsWithWhatWasSaved() {
    Discovery discovery = new Discovery(() -> 0, VipScope.ALL);
    discovery.onSaved("n1", state(service("api", Map.of(), BACKEND)), sandbox("backend00"), 0);

    assertThat(routed(discovery, "api")).containsExactly(BACKEND);
    assertThat(task(discovery, "api").addresses()).containsKey(BACKEND);
  }

  @Test
  void sharesTheAddressesOfTasksThatDidNotChange() {
    Discovery discovery = discovery(VipScope.ALL, service("api", Map.of(), BACKEND));
    read(discovery, "backend00");
    Map<String, InetAddress> before = task(discovery, "api").addresses();
    ClusterService other = at(2, service("api", Map.of("tidegate.balance", "p2c"), BACKEND));
    discovery.onCommit(new Commit(List.of(new Commit.Change.Put(other))), 0);

    assertThat(task(discovery, "api").addresses()).isSameAs(before);
  }

  // --- the Swarm, each of whose services has one task on another node ---

  private static Discovery discovery(VipScope scope, ClusterService... services) {
    Discovery discovery = new Discovery(() -> 0, scope);
    discovery.onListed("stream", state(services), 0);
    return discovery;
  }

  private static ClusterState state(ClusterService... services) {
    return new ClusterState(
        List.of(services),
        Arrays.stream(services).map(DiscoveryVirtualTest::taskOf).toList(),
        List.of());
  }

  private static ClusterService published(String name) {
    ClusterService.Port port =
        new ClusterService.Port(
            ClusterService.Protocol.TCP, 80, 8080, ClusterService.PublishMode.INGRESS);
    return new ClusterService(
        name,
        Version.at(1),
        Instant.EPOCH,
        name,
        Map.of(),
        List.of(port),
        Map.of(INGRESS, "10.0.0.2/24"));
  }

  private static ClusterService service(
      String name, Map<String, String> labels, String... networks) {
    Map<String, String> virtualIps = new HashMap<>();
    for (String network : networks) {
      virtualIps.put(network, prefix(network) + "2/24");
    }
    return new ClusterService(
        name, Version.at(1), Instant.EPOCH, name, labels, List.of(), virtualIps);
  }

  private static ClusterService at(long version, ClusterService service) {
    return new ClusterService(
        service.id(),
        Version.at(version),
        service.createdAt(),
        service.name(),
        service.labels(),
        service.ports(),
        service.virtualIps());
  }

  /** It is on all networks. */
  private static ClusterTask taskOf(ClusterService service) {
    return new ClusterTask(
        "t-" + service.id(),
        Version.at(1),
        service.id(),
        1,
        "elsewhere",
        ClusterTask.State.RUNNING,
        ClusterTask.State.RUNNING,
        List.of(
            attachment(INGRESS, !service.ports().isEmpty()),
            attachment(BACKEND, false),
            attachment(FRONTEND, false)));
  }

  private static ClusterTask.Attachment attachment(String network, boolean isIngress) {
    return new ClusterTask.Attachment(
        network, "shop_" + network.substring(0, 3), isIngress, List.of(prefix(network) + "3/24"));
  }

  private static String prefix(String network) {
    return switch (network) {
      case BACKEND -> "10.1.0.";
      case FRONTEND -> "10.2.0.";
      default -> "10.0.0.";
    };
  }

  // --- this node ---

  private static void read(Discovery discovery, String... overlays) {
    Reading manager = Answers.manager();
    discovery.onReading(
        new Reading(manager.engine(), null, null, LocalTasks.NONE, sandbox(overlays), false, null),
        0);
  }

  private static Sandbox sandbox(String... overlays) {
    Map<String, String> paths = new HashMap<>();
    for (String overlay : overlays) {
      paths.put(overlay, "/netns/lb_" + overlay);
    }
    return new Sandbox(Path.of("/netns"), null, paths);
  }

  private static List<String> routed(Discovery discovery, String name) {
    return service(discovery, name).virtualIps().stream()
        .filter(VirtualIp::isRouted)
        .map(VirtualIp::networkId)
        .toList();
  }

  private static Task task(Discovery discovery, String name) {
    return service(discovery, name).tasks().getFirst();
  }

  private static Service service(Discovery discovery, String name) {
    return Objects.requireNonNull(find(discovery, name), name);
  }

  private static @Nullable Service find(Discovery discovery, String name) {
    return Objects.requireNonNull(discovery.topology(0)).servicesById().get(name);
  }
}
