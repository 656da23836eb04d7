package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {

  private static final int STEPS = 400;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void endsAfterAnyChangesWhereANewOneBegins(int seed) {
    Random random = new Random(seed);
    Routes routes = Routes.NONE;
    Topology topology = Topology.EMPTY;
    int clashes = 0;
    for (int step = 0; step < STEPS; step++) {
      topology = changed(topology, random);
      routes = next(routes, topology);
      RoutingTable table = routes.table(step);
      assertThat(table).isEqualTo(next(Routes.NONE, listedAnew(topology)).table(step));
      assertThat(List.copyOf(table.routes().keySet())).isSorted();
      assertThat(table.clashes()).extracting(Clash::port).isSorted();
      assertThat(overlaps(table)).isZero();
      clashes += table.clashes().size();
    }
    assertThat(clashes).isGreaterThan(STEPS);
  }

  @Test
  void leavesEveryOlderTableAsItWas() {
    Random random = new Random(6);
    List<RoutingTable> tables = new ArrayList<>();
    List<RoutingTable> copies = new ArrayList<>();
    Routes routes = Routes.NONE;
    Topology topology = Topology.EMPTY;
    for (int step = 0; step < STEPS; step++) {
      topology = changed(topology, random);
      routes = next(routes, topology);
      tables.add(routes.table(step));
      copies.add(next(Routes.NONE, listedAnew(topology)).table(step));
    }
    assertThat(tables).isEqualTo(copies);
  }

  @Test
  void keepsEveryRouteThatNothingChanged() {
    Topology topology = new Topology(IntStream.range(0, 50).mapToObj(i -> alone(i, 0)).toList());
    Routes routes = next(Routes.NONE, topology);
    Routes next =
        next(routes, new Topology(topology.servicesById().with("s7", alone(7, 1)), List.of()));

    assertThat(next.table(2).routes().differencesFrom(routes.table(1).routes()))
        .singleElement()
        .satisfies(route -> assertThat(route.key()).isEqualTo(PublishedPort.tcp(1_007)));
    assertThat(route(next, 8)).isSameAs(route(routes, 8));
  }

  @Test
  void givesEachPortToTheOldestOfThoseThatOverlap() {
    Service oldest = aged("oldest", 1, "20-30/udp");
    Service middle = aged("middle", 2, "10-25/udp");
    Service youngest = aged("youngest", 3, "12/udp");
    Routes routes = next(Routes.NONE, new Topology(List.of(oldest, middle, youngest)));

    // The middle one has none of its ports, and so is in nobody's way.
    assertThat(ports(routes)).containsExactly("12/udp", "20-30/udp");
    assertThat(routes.table(1).clashes())
        .extracting(Clash::toString)
        .containsExactly(
            "10-25/udp: published by middle (label), overlaps with 20-30/udp of oldest (label);"
                + " oldest keeps that, and 10-25/udp is not served");

    routes = next(routes, new Topology(List.of(middle, youngest)));
    assertThat(ports(routes)).containsExactly("10-25/udp");
    assertThat(routes.table(2).clashes()).extracting(Clash::port).hasToString("[12/udp]");

    routes = next(routes, new Topology(List.of(youngest)));
    assertThat(ports(routes)).containsExactly("12/udp");
    assertThat(routes.table(3).clashes()).isEmpty();
  }

  @Test
  void makesOneRouteOfARangeWhateverItsSize() {
    Publication range =
        new Publication(
            PublishedPort.parse("10000-20000/udp"), 7_000, true, Publication.Means.LABEL);
    Service service =
        new Service("s", "s", BalancingPolicy.P2C, List.of(range), List.of(task("t", 2)));

    Routes routes = next(Routes.NONE, new Topology(List.of(service)));

    Route route = routes.table(1).routes().values().getFirst();
    assertThat(routes.table(1).routes()).hasSize(1);
    assertThat(route.isParallel()).isTrue();
    Endpoint last = route.endpoints().getFirst().shifted(10_000);
    assertThat(Objects.requireNonNull(last.address()).getPort()).isEqualTo(17_000);
  }

  private static Service aged(String id, int age, String port) {
    Publication publication =
        new Publication(PublishedPort.parse(port), 80, Publication.Means.LABEL);
    return new Service(
        id, id, age, Policy.DEFAULT, List.of(publication), List.of(), List.of(task(id, 2)));
  }

  private static List<String> ports(Routes routes) {
    return routes.table(1).routes().keySet().stream().map(PublishedPort::toString).toList();
  }

  @Test
  void sharesOneListOfNodesAmongAllRoutes() {
    Topology topology = new Topology(List.of(alone(1, 0), alone(2, 0)), nodes(100));
    Routes routes = next(Routes.NONE, topology);
    Routes next =
        next(routes, new Topology(topology.servicesById().with("s1", alone(1, 1)), nodes(100)));

    assertThat(route(next, 1).detours()).hasSize(100).isSameAs(route(next, 2).detours());
    assertThat(route(next, 1)).isNotEqualTo(route(routes, 1));
  }

  /** All that time and connects could add is left out. */
  private static Routes next(Routes routes, Topology topology) {
    Health untold = new Health(() -> 0, (_, _) -> {});
    return routes.next(topology, new Eligibility<>(untold), 0);
  }

  private static Route route(Routes routes, int number) {
    return Objects.requireNonNull(routes.table(1).routes().get(PublishedPort.tcp(1_000 + number)));
  }

  /** One that publishes a port that nobody else does. */
  private static Service alone(int number, int change) {
    Publication publication = new Publication(PublishedPort.tcp(1_000 + number), 80);
    return new Service(
        "s" + number,
        "s" + number,
        BalancingPolicy.P2C,
        List.of(publication),
        List.of(task("t" + number, change)));
  }

  /** The same content with nothing in common. */
  private static Topology listedAnew(Topology topology) {
    return new Topology(List.copyOf(topology.services()).reversed(), topology.nodes());
  }

  private static Topology changed(Topology topology, Random random) {
    if (random.nextInt(40) == 0) {
      return new Topology(topology.servicesById(), nodes(random.nextInt(4)));
    }
    var services = topology.servicesById();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String id = "s" + random.nextInt(300);
      services =
          random.nextInt(4) == 0 ? services.without(id) : services.with(id, service(id, random));
    }
    return new Topology(services, topology.nodes());
  }

  /** One that has some of few ports and some of few ages. */
  private static Service service(String id, Random random) {
    List<Publication> publications =
        IntStream.range(0, random.nextInt(4))
            .mapToObj(
                _ -> new Publication(port(random), 80, any(Publication.Means.values(), random)))
            .toList();
    List<Task> tasks =
        IntStream.range(0, random.nextInt(3))
            .mapToObj(i -> task(id + "." + i, random.nextInt(5)))
            .toList();
    return new Service(id, id, random.nextInt(3), Policy.DEFAULT, publications, List.of(), tasks);
  }

  /** One alone, and now and then a range. */
  private static PublishedPort port(Random random) {
    int number = 1 + random.nextInt(150);
    int more = random.nextInt(50) == 0 ? random.nextInt(10) : 0;
    return new PublishedPort(number, number + more, any(Protocol.values(), random));
  }

  private static int overlaps(RoutingTable table) {
    int overlaps = 0;
    for (Protocol protocol : Protocol.values()) {
      int last = 0;
      for (PublishedPort port : table.routes().keySet()) {
        if (port.protocol() == protocol) {
          overlaps += port.number() <= last ? 1 : 0;
          last = port.last();
        }
      }
    }
    return overlaps;
  }

  private static <T> T any(T[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  private static Task task(String id, int change) {
    Reach reach =
        change == 0
            ? Reach.none("test")
            : Reach.local(InetAddress.ofLiteral("10.0.0." + change), "");
    return new Task(id, id, "n1", change == 1 ? TaskState.DRAINING : TaskState.RUNNING, reach);
  }

  private static List<Node> nodes(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Node("n" + i, InetAddress.ofLiteral("192.0.2." + i)))
        .toList();
  }
}
