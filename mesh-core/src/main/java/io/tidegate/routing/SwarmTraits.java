package io.tidegate.routing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What services can ask of the nodes of a Swarm.
 *
 * @param ownId this node's id, empty where that is not known
 * @param byId of each node of which anything is known
 */
public record SwarmTraits(String ownId, Map<String, NodeTraits> byId) {

  /** Where there is no Swarm. */
  public static final SwarmTraits NONE = new SwarmTraits("", Map.of());

  public SwarmTraits {
    byId = Map.copyOf(byId);
  }

  /**
   * The first of some rules that does not hold for this node, or null where all do. Where a node's
   * traits are not known, they do: a port is served everywhere unless somebody knows better.
   */
  public @Nullable NodeRule firstBroken(List<NodeRule> rules) {
    return firstBroken(rules, ownId);
  }

  /** Whether all rules hold for a node, likewise. */
  public boolean allow(List<NodeRule> rules, String nodeId) {
    return firstBroken(rules, nodeId) == null;
  }

  private @Nullable NodeRule firstBroken(List<NodeRule> rules, String nodeId) {
    NodeTraits traits = byId.get(nodeId);
    if (traits == null || !traits.areKnown()) {
      return null;
    }
    for (NodeRule rule : rules) {
      if (!rule.holds(traits)) {
        return rule;
      }
    }
    return null;
  }
}
