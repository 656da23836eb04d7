package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GossipViewTest {

  @Test
  void leavesOutTheLoadBalancersOwnAddresses() {
    assertThat(view(Answers.ingress("n2")))
        .extracting(SeenService::name)
        .containsExactlyInAnyOrder("web", "dns");
  }

  @Test
  void takesAPairThatIsListedTwiceForTcpAndUdp() {
    assertThat(publications("Target: 53, Publish: 5353", "Target: 53, Publish: 5353"))
        .containsExactly(
            new Publication(PublishedPort.tcp(5353), 53),
            new Publication(new PublishedPort(5353, Protocol.UDP), 53));
  }

  @Test
  void takesASinglePairForTcp() {
    assertThat(publications("Target: 80, Publish: 8080", "Target: 80, Publish: 8081"))
        .containsExactly(
            new Publication(PublishedPort.tcp(8080), 80),
            new Publication(PublishedPort.tcp(8081), 80));
  }

  @Test
  void ignoresPortsThatItCannotRead() {
    assertThat(publications("Target: 80", "Target: 80, Publish: 0", "Target: 70000, Publish: 80"))
        .isEmpty();
  }

  @Test
  void takesTheNodeOfAGlobalTaskFromItsName() {
    NetworkAnswers.GossipTask task =
        new NetworkAnswers.GossipTask(
            "echo.mf833l3w1ujwhrrepn97enjhj.td2vp4s9zuqol3acb54cj2r00",
            "10.0.0.8",
            Map.of("Host IP", "10.213.77.11"));

    SeenTask seen =
        view(ingress(List.of("Target: 7, Publish: 7007"), List.of(task)))
            .getFirst()
            .tasks()
            .getFirst();

    assertThat(seen.id()).isEqualTo("td2vp4s9zuqol3acb54cj2r00");
    assertThat(seen.name()).isEqualTo("echo.mf833l3w1ujwhrrepn97enjhj");
    assertThat(seen.nodeId()).isEqualTo("mf833l3w1ujwhrrepn97enjhj");
  }

  @Test
  void reachesOnlyAddressesWhoseNodeIsKnown() {
    NetworkAnswers.Network ingress =
        ingress(
            List.of(),
            List.of(
                new NetworkAnswers.GossipTask("web.1.a", "10.0.0.8", Map.of("Host IP", "10.1.1.1")),
                new NetworkAnswers.GossipTask("web.2.b", "10.0.0.9", Map.of())));

    assertThat(GossipView.reachable(ingress)).containsExactly(InetAddress.ofLiteral("10.0.0.8"));
  }

  private static List<Publication> publications(String... ports) {
    List<SeenService> view = view(ingress(List.of(ports), List.of()));
    return view.isEmpty() ? List.of() : view.getFirst().publications();
  }

  private static NetworkAnswers.Network ingress(
      List<String> ports, List<NetworkAnswers.GossipTask> tasks) {
    return new NetworkAnswers.Network(
        "id",
        "ingress",
        true,
        Map.of(),
        List.of(),
        Map.of("echo", new NetworkAnswers.GossipService("", ports, tasks)));
  }

  private static List<SeenService> view(NetworkAnswers.Network ingress) {
    return GossipView.of(ingress, address -> address);
  }
}
