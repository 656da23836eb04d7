package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VirtualRoutesTest {

  private static final int STEPS = 400;
  private static final VirtualIp BACKEND = ip("backend", "10.1.0.2").in("/netns/lb_backend");
  private static final VirtualIp FRONTEND = ip("frontend", "10.2.0.2").in("/netns/lb_frontend");

  @Test
  void leadsBothProtocolsOfEachAddressToTheTasksOnItsNetwork() {
    Service api =
        service(
            "api",
            List.of(BACKEND, FRONTEND),
            task("a", Map.of("backend", "10.1.0.3", "frontend", "10.2.0.3")));

    List<VirtualRoute> routes = routesOf(api);

    assertThat(routes)
        .extracting(
            route -> route.ip().address().getHostAddress(),
            route -> route.route().port().toString(),
            route -> addressOf(route).getAddress().getHostAddress())
        .containsExactly(
            tuple("10.1.0.2", "1-65535/tcp", "10.1.0.3"),
            tuple("10.1.0.2", "1-65535/udp", "10.1.0.3"),
            tuple("10.2.0.2", "1-65535/tcp", "10.2.0.3"),
            tuple("10.2.0.2", "1-65535/udp", "10.2.0.3"));
    Reach reach = routes.getFirst().route().endpoints().getFirst().reach();
    assertThat(reach.kind()).isEqualTo(Reach.Kind.OVERLAY);
    assertThat(reach.namespace()).isEqualTo("/netns/lb_backend");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 80, 65_535})
  void leadsEachPortToTheSamePortOfATask(int asked) {
    VirtualRoute route =
        routesOf(service("api", List.of(BACKEND), task("a", Map.of("backend", "10.1.0.3"))))
            .getFirst();

    assertThat(route.route().isParallel()).isTrue();
    Endpoint endpoint =
        route.route().endpoints().getFirst().shifted(asked - route.route().port().number());
    assertThat(Objects.requireNonNull(endpoint.address()).getPort()).isEqualTo(asked);
  }

  @Test
  void hasNoRouteForAnAddressWithoutANamespaceHere() {
    VirtualIp elsewhere = ip("backend", "10.1.0.2");

    assertThat(
            routesOf(service("api", List.of(elsewhere), task("a", Map.of("backend", "10.1.0.3")))))
        .isEmpty();
  }

  @Test
  void hasARouteForAServiceWithoutTasks() {
    assertThat(routesOf(service("api", List.of(BACKEND))))
        .hasSize(2)
        .allSatisfy(route -> assertThat(route.route().endpoints()).isEmpty());
  }

  @Test
  void reachesNoTaskThatIsNotOnTheNetwork() {
    Service api =
        service(
            "api",
            List.of(BACKEND),
            task("a", Map.of("backend", "10.1.0.3")),
            task("b", Map.of("frontend", "10.2.0.3")));

    VirtualRoute route = routesOf(api).getFirst();

    assertThat(route.route().endpoints()).extracting(Endpoint::taskId).containsExactly("a");
    assertThat(route.route().withheld())
        .extracting(Endpoint::taskId, Endpoint::state, endpoint -> endpoint.reach().reason())
        .containsExactly(tuple("b", EndpointState.UNREACHABLE, "not on the network"));
  }

  @Test
  void treatsClientsAsTheServiceSaysOfItsVirtualAddresses() {
    Policy inside = Policy.of(BalancingPolicy.ROUND_ROBIN);
    Service api =
        new Service(
            "api", "api", 1, Policy.DEFAULT, inside, List.of(), List.of(BACKEND), List.of());

    assertThat(routesOf(api)).allMatch(route -> route.route().policy().equals(inside));
  }

  @Test
  void leavesAnAddressToTheYoungestWhoHasIt() {
    Service gone = aged("z", 1);
    Service now = aged("a", 2);

    VirtualRoutes both = next(VirtualRoutes.NONE, new Topology(List.of(gone, now)));
    VirtualRoutes again = next(both, new Topology(List.of(gone)));

    assertThat(both.byPort().values()).allMatch(route -> route.route().serviceId().equals("a"));
    assertThat(again.byPort().values()).allMatch(route -> route.route().serviceId().equals("z"));
  }

  @Test
  void keepsEveryRouteThatNothingChanged() {
    List<Service> services = IntStream.range(0, 50).mapToObj(i -> alone(i, "10.9.0.1")).toList();
    Topology topology = new Topology(services);
    VirtualRoutes before = next(VirtualRoutes.NONE, topology);
    VirtualRoutes after =
        next(
            before,
            new Topology(topology.servicesById().with("s7", alone(7, "10.9.0.2")), List.of()));

    assertThat(after.byPort().differencesFrom(before.byPort()))
        .extracting(route -> route.key().toString())
        .containsExactly("10.1.0.7/tcp", "10.1.0.7/udp");
    VirtualPort other = new VirtualPort("backend", InetAddress.ofLiteral("10.1.0.8"), Protocol.TCP);
    assertThat(after.byPort().get(other)).isSameAs(before.byPort().get(other));
  }

  @Test
  void namesTheNetworkAsSoonAsItsNameIsKnown() {
    VirtualIp nameless = new VirtualIp("backend", "backend", BACKEND.address()).in("/netns");
    VirtualIp named = new VirtualIp("backend", "shop_backend", BACKEND.address()).in("/netns");
    VirtualRoutes before =
        next(VirtualRoutes.NONE, new Topology(List.of(service("api", List.of(nameless)))));

    VirtualRoutes after = next(before, new Topology(List.of(service("api", List.of(named)))));

    assertThat(after.byPort().keySet()).isEqualTo(before.byPort().keySet());
    assertThat(after.byPort().values())
        .allMatch(route -> route.ip().networkName().equals("shop_backend"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void endsAfterAnyChangesWhereANewOneBegins(int seed) {
    Random random = new Random(seed);
    VirtualRoutes routes = VirtualRoutes.NONE;
    Topology topology = Topology.EMPTY;
    int most = 0;
    for (int step = 0; step < STEPS; step++) {
      topology = changed(topology, random);
      routes = next(routes, topology);
      Topology anew = new Topology(List.copyOf(topology.services()).reversed());
      assertThat(routes.byPort()).isEqualTo(next(VirtualRoutes.NONE, anew).byPort());
      assertThat(List.copyOf(routes.byPort().keySet())).isSorted();
      most = Math.max(most, routes.byPort().size());
    }
    assertThat(most).isGreaterThan(20);
  }

  private static Topology changed(Topology topology, Random random) {
    ChunkedMap<String, Service> services = topology.servicesById();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String id = "s" + random.nextInt(100);
      services = random.nextInt(3) == 0 ? services.without(id) : services.with(id, any(id, random));
    }
    return new Topology(services, List.of());
  }

  /** One with some of few addresses, some of which do not count here. */
  private static Service any(String id, Random random) {
    List<VirtualIp> ips = new ArrayList<>();
    for (String network : List.of("backend", "frontend")) {
      VirtualIp ip = ip(network, "10.1.0." + random.nextInt(60));
      ips.add(random.nextInt(3) == 0 ? ip : ip.in("/netns/" + random.nextInt(2)));
    }
    Task task = task(id, Map.of("backend", "10.1.1." + random.nextInt(9)));
    return new Service(id, id, random.nextInt(3), Policy.DEFAULT, List.of(), ips, List.of(task));
  }

  private static Service alone(int number, String address) {
    return service(
        "s" + number,
        List.of(ip("backend", "10.1.0." + number).in("/netns")),
        task("t" + number, Map.of("backend", address)));
  }

  private static Service aged(String id, int age) {
    return new Service(id, id, age, Policy.DEFAULT, List.of(), List.of(BACKEND), List.of());
  }

  private static Service service(String id, List<VirtualIp> ips, Task... tasks) {
    Publication web = new Publication(PublishedPort.tcp(8080), 80);
    return new Service(id, id, 1, Policy.DEFAULT, List.of(web), ips, List.of(tasks));
  }

  private static VirtualIp ip(String network, String address) {
    return new VirtualIp(network, network, InetAddress.ofLiteral(address));
  }

  private static Task task(String id, Map<String, String> addresses) {
    Map<String, InetAddress> parsed = new HashMap<>();
    addresses.forEach((network, text) -> parsed.put(network, InetAddress.ofLiteral(text)));
    return new Task(
        id,
        id,
        "n1",
        TaskState.RUNNING,
        Reach.none("not published"),
        Origin.NONE,
        List.of(),
        parsed);
  }

  private static InetSocketAddress addressOf(VirtualRoute route) {
    return Objects.requireNonNull(route.route().endpoints().getFirst().address());
  }

  private static List<VirtualRoute> routesOf(Service... services) {
    return next(VirtualRoutes.NONE, new Topology(List.of(services))).byPort().values();
  }

  /** All that time and connects could add is left out. */
  private static VirtualRoutes next(VirtualRoutes routes, Topology topology) {
    Health untold = new Health(() -> 0, (_, _) -> {});
    return routes.next(topology, new Eligibility<>(untold), 0);
  }
}
