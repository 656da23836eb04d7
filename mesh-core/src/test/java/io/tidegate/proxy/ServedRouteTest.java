package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.balance.Picker;
import io.tidegate.balance.Tried;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;

class ServedRouteTest {

  private static final PublishedPort PORT = PublishedPort.tcp(8443);

  @RepeatedTest(20)
  void makesDetoursToNodesWithTasksFirst() {
    List<Node> detours =
        IntStream.range(0, 9)
            .mapToObj(i -> new Node("n" + i, InetAddress.ofLiteral("192.0.2." + i)))
            .toList();
    Route route =
        new Route(
            PORT, "s", "web", BalancingPolicy.P2C, List.of(), detours, List.of(on("n3"), on("n7")));
    ServedRoute served =
        new ServedRoute(
            route,
            new RouteCounters(),
            RouteLimits.of(route.policy(), ProxyConfig.defaults(), null, new Hedging(0)),
            null,
            new ConnectStreaks(() -> 0, _ -> {}),
            new SplittableRandom(),
            () -> 0);
    Tried tried = new Tried();

    assertThat(List.of(next(served, tried), next(served, tried)))
        .containsExactlyInAnyOrder("n3", "n7");
    for (int i = 0; i < 7; i++) {
      assertThat(next(served, tried)).isNotIn("n3", "n7");
    }
    assertThat(served.pickDetour(tried)).isEqualTo(Picker.NONE);
  }

  private static String next(ServedRoute served, Tried tried) {
    int index = served.pickDetour(tried);
    tried.add(index);
    return served.endpoint(index).nodeId();
  }

  private static Endpoint on(String node) {
    Reach none = Reach.none("on another node and no address on the ingress network");
    return Endpoint.of(new Task("t-" + node, "web", node, TaskState.RUNNING, none), 443);
  }
}
