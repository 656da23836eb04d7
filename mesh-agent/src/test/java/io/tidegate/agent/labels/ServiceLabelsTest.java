package io.tidegate.agent.labels;

import static io.tidegate.routing.BalancingPolicy.P2C;
import static io.tidegate.routing.BalancingPolicy.ROUND_ROBIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.HopWay;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.Policy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServiceLabelsTest {

  private final ServiceLabels labels = new ServiceLabels();

  @Test
  void declareNothingByDefault() {
    labels.read("web", Map.of("com.docker.stack.namespace", "shop"));

    assertThat(labels.of("web")).isEqualTo(Declared.NOTHING);
    assertThat(labels.of("unheard-of")).isEqualTo(Declared.NOTHING);
    assertThat(labels.rejected()).isZero();
  }

  @Test
  void followEachLabel() {
    balance("round-robin");
    assertThat(labels.of("web").policy().balance()).isEqualTo(ROUND_ROBIN);

    labels.read("web", Map.of("tidegate.balance", "p2c", "tidegate.udp.responses", "1"));
    assertThat(labels.of("web").policy()).isEqualTo(new Policy(P2C, 1));
  }

  @Test
  void keepTheWayToOtherNodesWhileAnUnknownOneIsAskedFor() {
    labels.read("web", Map.of("tidegate.hop", "tls"));
    assertThat(labels.of("web").policy().hop()).isEqualTo(HopWay.TLS);
    labels.read("web", Map.of("tidegate.hop", "TLS"));
    assertThat(labels.of("web").policy().hop()).isEqualTo(HopWay.TLS);
    assertThat(labels.rejected()).isEqualTo(1);
    labels.read("web", Map.of());
    assertThat(labels.of("web").policy().hop()).isEqualTo(HopWay.AUTO);
  }

  @Test
  void keepTheLastGoodValueOfALabelWhoseNewOneIsBad() {
    labels.read("web", Map.of("tidegate.balance", "round-robin", "tidegate.publish", "1:2"));
    labels.read("web", Map.of("tidegate.balance", "fastest", "tidegate.publish", "3:4"));

    assertThat(labels.of("web").policy().balance()).isEqualTo(ROUND_ROBIN);
    assertThat(labels.of("web").publications())
        .singleElement()
        .satisfies(publication -> assertThat(publication.port().number()).isEqualTo(3));
  }

  @Test
  void keepTheLastGoodValueWhileABadOneStaysAndOthersChange() {
    balance("round-robin");
    balance("fastest");
    labels.read("web", Map.of("tidegate.balance", "fastest", "tidegate.udp.responses", "1"));

    assertThat(labels.of("web").policy()).isEqualTo(new Policy(ROUND_ROBIN, 1));
    assertThat(labels.rejected()).isEqualTo(1);
  }

  @Test
  void serveTheNodesThatWereAskedForLastWhileABadValueStays() {
    List<NodeRule> workers = List.of(new NodeRule("node.role", false, "manager"));
    labels.read("web", Map.of("tidegate.nodes", "node.role!=manager"));
    for (String bad : List.of("node.role=worker", "node.zone==a", "node.role==", ",")) {
      labels.read("web", Map.of("tidegate.nodes", bad));
      assertThat(labels.of("web").policy().nodes()).isEqualTo(workers);
    }
    assertThat(labels.rejected()).isEqualTo(4);

    labels.read("web", Map.of());
    assertThat(labels.of("web").policy().nodes()).isEmpty();
  }

  @Test
  void countEachBadValueOnce() {
    balance("fastest");
    balance("fastest");
    assertThat(labels.rejected()).isEqualTo(1);

    balance("slowest");
    assertThat(labels.rejected()).isEqualTo(2);
  }

  @Test
  void countEachUnknownLabelOncePerService() {
    labels.read("web", Map.of("tidegate.balence", "p2c"));
    labels.read("web", Map.of("tidegate.balence", "round-robin"));
    labels.read("web", Map.of());
    labels.read("web", Map.of("tidegate.balence", "p2c"));
    assertThat(labels.rejected()).isEqualTo(1);

    labels.read("dns", Map.of("tidegate.balence", "p2c"));
    assertThat(labels.rejected()).isEqualTo(2);
  }

  @Test
  void fallBackToTheDefaultWhenALabelIsRemoved() {
    balance("round-robin");
    balance("fastest");
    labels.read("web", Map.of());

    assertThat(labels.of("web")).isEqualTo(Declared.NOTHING);
  }

  @Test
  void forgetServicesThatAreGone() {
    balance("round-robin");
    labels.retain(Set.of("dns"));

    assertThat(labels.of("web")).isEqualTo(Declared.NOTHING);
  }

  private void balance(String value) {
    labels.read("web", Map.of("tidegate.balance", value));
  }
}
