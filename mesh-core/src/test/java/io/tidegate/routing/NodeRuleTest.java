package io.tidegate.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers as Swarm's own placement does. */
class NodeRuleTest {

  private static final NodeTraits NODE =
      new NodeTraits(
          "id1",
          "n1.example",
          "10.0.0.1",
          "MANAGER",
          "linux",
          "x86_64",
          Map.of("Zone", "A1"),
          Map.of("disk", "ssd"));

  @ParameterizedTest
  @CsvSource({
    "node.id==id1, true",
    "node.id==ID1, true",
    "NODE.ID!=id1, false",
    "node.hostname==N1.Example, true",
    "node.hostname!=n2, true",
    "node.role==manager, true",
    "node.role==worker, false",
    "node.platform.os==linux, true",
    "node.platform.arch!=x86_64, false",
    "node.labels.Zone==a1, true",
    "Node.Labels.Zone==A1, true",
    "node.labels.zone==a1, false",
    "node.labels.zone!=a1, true",
    "node.labels.Zone!=a1, false",
    "engine.labels.disk==ssd, true",
    "engine.labels.disc!=ssd, true",
    "node.ip==10.0.0.1, true",
    "node.ip==10.0.0.0/24, true",
    "node.ip!=10.0.0.0/24, false",
    "node.ip==10.0.1.0/24, false"
  })
  void holdsAsAPlacementConstraintDoes(String text, boolean holds) {
    assertThat(NodeRule.parse(text).holds(NODE)).isEqualTo(holds);
  }

  @Test
  void holdsForANodeOfWhichNobodyHasToldAnything() {
    List<NodeRule> rules = List.of(NodeRule.parse("node.labels.Zone==b"));
    NodeTraits untold =
        new NodeTraits("id2", "n2", "10.0.0.2", "WORKER", "", "", Map.of(), Map.of());
    SwarmTraits traits = new SwarmTraits("id2", Map.of("id1", NODE, "id2", untold));
    assertThat(traits.allow(rules, "id2")).isTrue();
    assertThat(traits.allow(rules, "id3")).isTrue();
    assertThat(traits.allow(rules, "id1")).isFalse();
    assertThat(traits.firstBroken(rules)).isNull();
  }
}
