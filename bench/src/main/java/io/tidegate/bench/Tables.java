package io.tidegate.bench;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/** Routing tables of any size, behind all of whose endpoints there is one and the same task. */
public final class Tables {

  private Tables() {}

  /** The kind of randomness that shards have, the same every time. */
  public static SplittableGenerator random() {
    return RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(42);
  }

  /**
   * Makes a table from nothing, as the control loop does.
   *
   * @param ports one route each
   * @param endpointsPerRoute the same task under as many names
   * @param changes of how many endpoints of the first route there are others instead
   */
  public static RoutingTable of(
      List<PublishedPort> ports, int endpointsPerRoute, int changes, InetSocketAddress task) {
    TreeMap<PublishedPort, Route> routes = new TreeMap<>();
    for (PublishedPort port : ports) {
      boolean isFirst = routes.isEmpty();
      routes.put(port, route(port, endpointsPerRoute, isFirst ? changes : 0, task));
    }
    return new RoutingTable(1, routes);
  }

  private static Route route(
      PublishedPort port, int endpoints, int changes, InetSocketAddress task) {
    String service = "service-" + port.number();
    List<Endpoint> all =
        IntStream.range(0, endpoints)
            .mapToObj(i -> endpoint(service, i < changes ? endpoints + i : i, task))
            .toList();
    return new Route(port, service, service, BalancingPolicy.P2C, all, List.of(), List.of());
  }

  private static Endpoint endpoint(String service, int replica, InetSocketAddress task) {
    String name = service + "." + replica;
    Reach reach = Reach.direct(task.getAddress(), task.getPort(), "given by the benchmark");
    return Endpoint.of(
        new Task("id-of-" + name, name, "node-" + replica % 100, TaskState.RUNNING, reach),
        task.getPort());
  }
}
