package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Reach;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReachPlannerTest {

  private static final InetAddress BRIDGE = InetAddress.ofLiteral("172.29.1.4");
  private static final InetAddress INGRESS = InetAddress.ofLiteral("10.0.0.8");
  private static final Sandbox SANDBOX = new Sandbox(Path.of("/var/run/docker/netns"), null);
  private static final Map<String, String> HOMES = Map.of("c1", "/netns/b9dacc1b7fe5");
  private static final LocalTasks NOTHING_LOCAL = new LocalTasks(Map.of(), Map.of(), Map.of());

  @Test
  void prefersTheBridgeAddressOfATaskOnThisNode() {
    LocalTasks local = new LocalTasks(Map.of("t1", "c1"), Map.of("c1", BRIDGE), HOMES);

    Reach reach = new ReachPlanner(local, SANDBOX, Set.of(INGRESS)).plan(task(INGRESS));

    assertThat(reach.kind()).isEqualTo(Reach.Kind.LOCAL);
    assertThat(reach.address()).isEqualTo(BRIDGE);
  }

  @Test
  void knowsTheHomeOfATaskOnThisNode() {
    LocalTasks homeless = new LocalTasks(Map.of("t1", "c1"), Map.of("c1", BRIDGE), Map.of());
    LocalTasks local = new LocalTasks(homeless.containers(), homeless.bridgeAddresses(), HOMES);

    assertThat(new ReachPlanner(homeless, SANDBOX, null).plan(task(INGRESS)).home()).isNull();
    assertThat(new ReachPlanner(local, SANDBOX, null).plan(task(INGRESS)).home())
        .isEqualTo("/netns/b9dacc1b7fe5");
    assertThat(local.differences(homeless)).containsExactly("t1");
  }

  @Test
  void takesTheOverlayToOtherNodes() {
    Reach reach = new ReachPlanner(NOTHING_LOCAL, SANDBOX, Set.of(INGRESS)).plan(task(INGRESS));

    assertThat(reach.kind()).isEqualTo(Reach.Kind.OVERLAY);
    assertThat(reach.address()).isEqualTo(INGRESS);
    assertThat(reach.namespace()).isEqualTo("/var/run/docker/netns/ingress_sbox");
  }

  @Test
  void takesTheOverlayToATaskOnThisNodeWithoutABridgeAddress() {
    LocalTasks local = new LocalTasks(Map.of("t1", "c1"), Map.of(), Map.of());

    Reach reach = new ReachPlanner(local, SANDBOX, Set.of(INGRESS)).plan(task(INGRESS));

    assertThat(reach.kind()).isEqualTo(Reach.Kind.OVERLAY);
    assertThat(reach.reason()).contains("no docker_gwbridge address");
  }

  @Test
  void needsNoGossipForATaskOnThisNode() {
    LocalTasks local = new LocalTasks(Map.of("t1", "c1"), Map.of(), Map.of());

    assertThat(new ReachPlanner(local, SANDBOX, Set.of()).plan(task(INGRESS)).kind())
        .isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void hasNoWayWithoutASandbox() {
    Sandbox missing = SANDBOX.lost("there is no sandbox");

    Reach reach = new ReachPlanner(NOTHING_LOCAL, missing, Set.of(INGRESS)).plan(task(INGRESS));

    assertThat(reach.kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(reach.reason()).isEqualTo("on another node and there is no sandbox");
  }

  @Test
  void hasNoWayToAddressesThatGossipHasNotTold() {
    Reach reach = new ReachPlanner(NOTHING_LOCAL, SANDBOX, Set.of()).plan(task(INGRESS));

    assertThat(reach.kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(reach.reason()).contains("10.0.0.8");
  }

  @Test
  void triesAllAddressesWhenGossipCannotBeAsked() {
    assertThat(new ReachPlanner(NOTHING_LOCAL, SANDBOX, null).plan(task(INGRESS)).kind())
        .isEqualTo(Reach.Kind.OVERLAY);
  }

  @Test
  void hasNoWayWithoutAnIngressAddress() {
    Reach reach = new ReachPlanner(NOTHING_LOCAL, SANDBOX, null).plan(task(null));

    assertThat(reach.kind()).isEqualTo(Reach.Kind.NONE);
    assertThat(reach.reason()).contains("no address on the ingress network");
  }

  @Test
  void reachesATaskThatIsNotPublishedFromInsideANetworkWhereThereIsNoOtherWay() {
    Sandbox sandbox =
        new Sandbox(SANDBOX.netnsDir(), null, Map.of("backend00", "/netns/lb_backend00"));
    SeenTask task =
        new SeenTask(
            "t1",
            "api.1",
            "n1",
            TaskState.RUNNING,
            null,
            Map.of("backend00zr9d", InetAddress.ofLiteral("10.1.0.3")),
            Origin.NONE);
    LocalTasks local = new LocalTasks(Map.of("t1", "c1"), Map.of("c1", BRIDGE), HOMES);
    ReachPlanner elsewhere = new ReachPlanner(NOTHING_LOCAL, sandbox, null);
    List<VirtualIp> inside =
        elsewhere.inside(
            List.of(
                new VirtualIp("frontend0zr9d", "frontend", InetAddress.ofLiteral("10.2.0.2")),
                new VirtualIp("backend00zr9d", "backend", InetAddress.ofLiteral("10.1.0.2"))));

    Reach reach = elsewhere.planUnpublished(task, inside);
    assertThat(reach.kind()).isEqualTo(Reach.Kind.OVERLAY);
    assertThat(reach.namespace()).isEqualTo("/netns/lb_backend00");
    assertThat(new ReachPlanner(local, sandbox, null).planUnpublished(task, inside).kind())
        .as("which is where its checks are made")
        .isEqualTo(Reach.Kind.LOCAL);
    assertThat(elsewhere.planUnpublished(task(null), inside).kind()).isEqualTo(Reach.Kind.NONE);
  }

  private static SeenTask task(@Nullable InetAddress ingressAddress) {
    return new SeenTask("t1", "web.1", "n1", TaskState.RUNNING, ingressAddress, Origin.NONE);
  }
}
