package io.tidegate.proxy;

import static io.tidegate.routing.TaskState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.balance.Tried;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which endpoints of a route are led up to their share, from table to table. */
class RouteSlowStartTest {

  private static final int PICKS = 4_000;

  private final Policy policy = Policy.DEFAULT.withSlowStart(Duration.ofSeconds(100));
  private @Nullable ServedRoute served;
  private long nowNanos;

  @Test
  void treatsAllOfTheFirstTableAlike() {
    table(policy, List.of("a", "b", "c"));
    assertThat(share("a")).isBetween(0.9, 1.1);
    assertThat(share("c")).isBetween(0.9, 1.1);
  }

  @Test
  void leadsUpOneThatIsNew() {
    table(policy, List.of("a", "b", "c"));
    pass(100);
    table(policy, List.of("a", "b", "c", "d"));
    assertThat(share("d")).isBetween(0.05, 0.2);
    pass(50);
    assertThat(share("d")).isBetween(0.4, 0.65);
    // Another table does not begin it anew.
    table(policy, List.of("b", "c", "d"));
    assertThat(share("d")).isBetween(0.4, 0.65);
    pass(50);
    assertThat(share("d")).isBetween(0.9, 1.1);
  }

  @Test
  void leadsUpOneThatComesBack() {
    table(policy, List.of("a", "b", "c"));
    pass(100);
    Ejection ejection = new Ejection(Ejection.Cause.CONNECT_FAILURES, 1, 0, 0);
    table(policy, List.of("a", "b"), List.of(endpoint("c").with(ejection, true)));
    pass(100);
    table(policy, List.of("a", "b", "c"));
    assertThat(share("c")).isBetween(0.05, 0.2);
  }

  @Test
  void treatsAllAlikeWithoutTheLabel() {
    table(Policy.DEFAULT, List.of("a", "b", "c"));
    pass(100);
    table(Policy.DEFAULT, List.of("a", "b", "c", "d"));
    assertThat(share("d")).isBetween(0.9, 1.1);
  }

  private void table(Policy inForce, List<String> picked) {
    table(inForce, picked, List.of());
  }

  private void table(Policy inForce, List<String> picked, List<Endpoint> withheld) {
    Route route =
        new Route(
            PublishedPort.tcp(80),
            "s",
            "web",
            inForce,
            picked.stream().map(RouteSlowStartTest::endpoint).toList(),
            List.of(),
            withheld);
    served =
        new ServedRoute(
            route,
            new RouteCounters(),
            RouteLimits.of(inForce, ProxyConfig.defaults(), null, new Hedging(0)),
            served,
            new ConnectStreaks(() -> 0, _ -> {}),
            new SplittableRandom(1),
            () -> nowNanos);
  }

  private static Endpoint endpoint(String name) {
    InetSocketAddress address = new InetSocketAddress("192.0.2.1", name.charAt(0));
    return ProxyFixture.endpoint(address, RUNNING);
  }

  private void pass(int seconds) {
    nowNanos += Duration.ofSeconds(seconds).toNanos();
  }

  /** Of an even share. */
  private double share(String name) {
    ServedRoute route = Objects.requireNonNull(served);
    int count = route.route.endpoints().size();
    int[] picks = new int[count];
    for (int i = 0; i < PICKS; i++) {
      picks[route.pick(new Tried())]++;
    }
    int index = route.indexOf(endpoint(name));
    return (double) picks[index] * count / Arrays.stream(picks).sum();
  }
}
