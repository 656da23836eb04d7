package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.routing.Node;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerDirectoryTest {

  private static final DockerAnswers.SwarmInfo WORKER = Answers.engine("n2").swarm();
  private static final String MANAGER = WORKER.remoteManagers().getFirst().nodeId();

  private final PeerDirectory directory = new PeerDirectory(9181);

  @Test
  void takesEveryNodeForAMemberUntilSomebodyTellsWhichAre() {
    assertThat(directory.isMember("any")).isTrue();

    directory.onNodes(List.of(node("w1", ClusterNode.Role.WORKER)), List.of());
    assertThat(directory.isMember("w1")).isTrue();
    assertThat(directory.isMember("any")).isFalse();
  }

  @Test
  void shutsOutNoManagerThatIsNewerThanTheListOfNodes() {
    directory.onEngine(WORKER);
    directory.onNodes(List.of(node("old", ClusterNode.Role.MANAGER)), List.of());

    assertThat(directory.isMember(MANAGER)).isTrue();
    assertThat(directory.isMember("removed")).isFalse();
  }

  @Test
  void findsManagersByTheEngineAndByTheListOfNodesButNeverItself() {
    directory.onEngine(WORKER);
    directory.onNodes(
        List.of(
            node("m2", ClusterNode.Role.MANAGER),
            node("w1", ClusterNode.Role.WORKER),
            node(WORKER.nodeId(), ClusterNode.Role.MANAGER)),
        List.of());

    assertThat(directory.managers()).contains(new InetSocketAddress("192.0.2.1", 9181)).hasSize(2);
  }

  @Test
  void knowsAllOthersButTheOneThatIsFollowed() {
    directory.onNodes(List.of(), List.of(other("192.0.2.1"), other("192.0.2.2")));

    assertThat(directory.others(new InetSocketAddress("192.0.2.1", 9181)))
        .containsExactly(new InetSocketAddress("192.0.2.2", 9181));
  }

  @Test
  void tellsWhenThisNodeIsSomethingElse() {
    assertThat(directory.onEngine(WORKER)).isTrue();
    assertThat(directory.onEngine(WORKER)).isFalse();
    assertThat(directory.onEngine(Answers.engine("n1").swarm())).isTrue();
  }

  private static Node other(String address) {
    return new Node(address, InetAddress.ofLiteral(address));
  }

  private static ClusterNode node(String id, ClusterNode.Role role) {
    return new ClusterNode(
        id,
        Version.at(1),
        id,
        "192.0.2.1",
        ClusterNode.State.READY,
        ClusterNode.Availability.ACTIVE,
        role);
  }
}
