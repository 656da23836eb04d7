package io.tidegate.agent.admin;

import io.tidegate.routing.Bind;
import io.tidegate.routing.Bind.Place;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route that is not for everybody, or not everywhere.
 *
 * @param access which clients may come; null for all
 * @param bind where its service wants its port bound; null for wherever the agent does
 * @param nodes what the nodes are that serve it; null for all
 */
record NarrowedAnswer(
    String port,
    String service,
    @Nullable AccessAnswer access,
    @Nullable List<String> bind,
    @Nullable List<String> nodes) {

  /** All of a table, in the order of their ports. */
  static List<NarrowedAnswer> of(RoutingTable table) {
    return table.routes().values().stream()
        .filter(route -> isNarrowed(route.policy()))
        .map(NarrowedAnswer::of)
        .toList();
  }

  private static boolean isNarrowed(Policy policy) {
    return !policy.access().isOpen() || !policy.bind().isOfAgent() || !policy.nodes().isEmpty();
  }

  private static NarrowedAnswer of(Route route) {
    Policy policy = route.policy();
    return new NarrowedAnswer(
        route.port().toString(),
        route.serviceName(),
        AccessAnswer.of(policy.access()),
        places(policy.bind()),
        rules(policy.nodes()));
  }

  static @Nullable List<String> places(Bind bind) {
    return bind.isOfAgent() ? null : bind.places().stream().map(Place::toString).toList();
  }

  static @Nullable List<String> rules(List<NodeRule> nodes) {
    return nodes.isEmpty() ? null : nodes.stream().map(NodeRule::toString).toList();
  }
}
