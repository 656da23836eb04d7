package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.HopWay;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class HopNeedsTest {

  private static final Policy TRANSPARENT =
      Policy.DEFAULT.withClientAddress(ClientAddress.DEFAULT.withTold(ClientIp.TRANSPARENT));
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.0.0.7");
  private static final Reach OVERLAY = Reach.overlay(ADDRESS, "ingress_sbox", "given by the test");
  private static final Reach LOCAL = Reach.local(ADDRESS, "given by the test");
  private static final Reach NONE = Reach.none("given by the test");

  private final HopNeeds needs = new HopNeeds();

  @Test
  void needsNobodyWhereNoServiceAsks() {
    assertThat(needs.nodes(topology(service("a", Policy.DEFAULT, task("n1", OVERLAY))))).isEmpty();
  }

  @Test
  void needsTheNodesOfRemoteTasksThatAreToSeeTheirClients() {
    Service service =
        service("a", TRANSPARENT, task("n1", LOCAL), task("n2", OVERLAY), task("n3", OVERLAY));
    assertThat(needs.nodes(topology(service))).containsExactlyInAnyOrder("n2", "n3");
  }

  @Test
  void needsTheNodesOfTasksThatCannotBeReached() {
    assertThat(needs.nodes(topology(service("a", Policy.DEFAULT, task("n2", NONE)))))
        .containsExactly("n2");
  }

  @Test
  void needsTheNodesOfRemoteTasksWhoseServiceGoesByTlsAlone() {
    Policy tls = Policy.DEFAULT.withHop(HopWay.TLS);
    Service service = service("a", tls, task("n1", LOCAL), task("n2", OVERLAY));
    assertThat(needs.nodes(topology(service))).containsExactly("n2");
  }

  @Test
  void needsNobodyForAServiceThatPublishesNothing() {
    Service service = new Service("a", "a", Policy.DEFAULT, List.of(), List.of(task("n2", NONE)));
    assertThat(needs.nodes(topology(service))).isEmpty();
  }

  @Test
  void followsEachService() {
    Service first = service("a", TRANSPARENT, task("n2", OVERLAY));
    Service second = service("b", TRANSPARENT, task("n3", OVERLAY));
    assertThat(needs.nodes(topology(first, second))).containsExactlyInAnyOrder("n2", "n3");
    assertThat(needs.nodes(topology(second))).containsExactly("n3");
    assertThat(needs.nodes(topology(service("b", Policy.DEFAULT, task("n3", OVERLAY))))).isEmpty();
  }

  private static Topology topology(Service... services) {
    return new Topology(List.of(services));
  }

  private static Service service(String id, Policy policy, Task... tasks) {
    Publication web = new Publication(PublishedPort.tcp(8080), 80);
    return new Service(id, id, policy, List.of(web), List.of(tasks));
  }

  private static Task task(String nodeId, Reach reach) {
    return new Task("task-" + nodeId, "web.1", nodeId, TaskState.RUNNING, reach);
  }
}
