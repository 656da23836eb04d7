package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.routing.Node;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownNodesTest {

  private static final Node N1 = node("mf833l3w1ujwhrrepn97enjhj", "10.213.77.11");
  private static final Node N2 = node("kwnk7m0mg94h73crhs6wpcvig", "10.213.77.12");

  private final KnownNodes nodes = new KnownNodes(Duration.ofMinutes(2));

  @Test
  void knowsAllOthersFromAManager() {
    nodes.onEngine(Answers.engine("n1").swarm());
    nodes.onCluster(Answers.cluster().nodes(), 0);

    assertThat(nodes.nodes()).hasSize(2).contains(named(N2, "n2")).doesNotContain(named(N1, "n1"));
  }

  @Test
  void keepsNamesThatAManagerToldWhereGossipTellsNone() {
    nodes.onCluster(Answers.cluster().nodes(), 0);
    readWorker(Answers.ingress("n2"), 0);

    assertThat(nodes.nodes()).contains(named(N1, "n1"));
  }

  @Test
  void leavesOutNodesThatAreDown() {
    nodes.onEngine(Answers.engine("n1").swarm());
    nodes.onCluster(Answers.cluster().nodes().stream().map(KnownNodesTest::down).toList(), 0);

    assertThat(nodes.nodes()).isEmpty();
  }

  @Test
  void knowsAnAddressByTheNodeThatIsNotDownInWhateverOrderAManagerTellsThem() {
    ClusterNode live = cluster("n2");
    ClusterNode left = down(withId(live, "left"));

    nodes.onCluster(List.of(live, left), 0);
    assertThat(nodes.nodes()).containsExactly(named(N2, "n2"));
    nodes.onCluster(List.of(left, live), 0);
    assertThat(nodes.nodes()).containsExactly(named(N2, "n2"));
  }

  private static ClusterNode cluster(String name) {
    return Answers.cluster().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static ClusterNode withId(ClusterNode node, String id) {
    return new ClusterNode(
        id,
        node.version(),
        node.name(),
        node.address(),
        node.state(),
        node.availability(),
        node.role());
  }

  @Test
  void knowsAllOthersFromGossipAndTheIdsOfManagers() {
    readWorker(Answers.ingress("n2"), 0);

    assertThat(nodes.nodes()).containsExactlyInAnyOrder(N1, node("10.213.77.13", "10.213.77.13"));
  }

  @Test
  void remembersForAWhileThoseThatGossipLost() {
    readWorker(Answers.ingress("n2"), 0);

    readWorker(Answers.emptyIngress(), seconds(119));
    assertThat(nodes.nodes()).hasSize(2);
    readWorker(Answers.emptyIngress(), seconds(120));
    assertThat(nodes.nodes()).isEmpty();
  }

  @Test
  void countsFromTheReturnOfTheDaemonHoweverLongItWasAway() {
    readWorker(Answers.ingress("n2"), 0);
    nodes.doubt();

    readWorker(Answers.emptyIngress(), seconds(1000));
    assertThat(nodes.nodes()).hasSize(2);
    readWorker(Answers.emptyIngress(), seconds(1120));
    assertThat(nodes.nodes()).isEmpty();
  }

  private void readWorker(NetworkAnswers.Network ingress, long nowNanos) {
    nodes.onEngine(Answers.engine("n2").swarm());
    nodes.onGossip(ingress, nowNanos);
  }

  private static ClusterNode down(ClusterNode node) {
    return new ClusterNode(
        node.id(),
        node.version(),
        node.name(),
        node.address(),
        ClusterNode.State.DOWN,
        node.availability(),
        node.role());
  }

  private static Node named(Node node, String name) {
    return new Node(node.id(), name, node.address());
  }

  private static Node node(String id, String address) {
    return new Node(id, InetAddress.ofLiteral(address));
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
