package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Node;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class KnownNodesTest {

  private static final Node N1 = node("mf833l3w1ujwhrrepn97enjhj", "10.213.77.11");
  private static final Node N2 = node("kwnk7m0mg94h73crhs6wpcvig", "10.213.77.12");

  private final KnownNodes nodes = new KnownNodes(Duration.ofMinutes(2));

  @Test
  void knowsAllOthersFromAManager() {
    nodes.onReading(Answers.manager(), 0);

    assertThat(nodes.nodes()).hasSize(2).contains(N2).doesNotContain(N1);
  }

  @Test
  void leavesOutNodesThatAreDown() {
    Reading reading = Answers.manager();
    RestAnswers rest = Objects.requireNonNull(reading.rest());
    List<DockerAnswers.Node> down =
        rest.nodes().stream()
            .map(
                node ->
                    new DockerAnswers.Node(
                        node.id(),
                        new DockerAnswers.NodeStatus("down", node.status().address()),
                        node.managerStatus()))
            .toList();

    nodes.onReading(
        new Reading(
            reading.engine(),
            new RestAnswers(rest.services(), rest.tasks(), down),
            reading.ingress(),
            reading.local(),
            reading.sandbox(),
            null),
        0);

    assertThat(nodes.nodes()).isEmpty();
  }

  @Test
  void knowsAllOthersFromGossipAndTheIdsOfManagers() {
    nodes.onReading(Answers.worker(), 0);

    assertThat(nodes.nodes()).containsExactlyInAnyOrder(N1, node("10.213.77.13", "10.213.77.13"));
  }

  @Test
  void remembersForAWhileThoseThatGossipLost() {
    nodes.onReading(Answers.worker(), 0);

    nodes.onReading(Answers.worker(Answers.emptyIngress()), seconds(119));
    assertThat(nodes.nodes()).hasSize(2);
    nodes.onReading(Answers.worker(Answers.emptyIngress()), seconds(120));
    assertThat(nodes.nodes()).isEmpty();
  }

  @Test
  void countsFromTheReturnOfTheDaemonHoweverLongItWasAway() {
    nodes.onReading(Answers.worker(), 0);
    nodes.doubt();

    nodes.onReading(Answers.worker(Answers.emptyIngress()), seconds(1000));
    assertThat(nodes.nodes()).hasSize(2);
    nodes.onReading(Answers.worker(Answers.emptyIngress()), seconds(1120));
    assertThat(nodes.nodes()).isEmpty();
  }

  private static Node node(String id, String address) {
    return new Node(id, InetAddress.ofLiteral(address));
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
