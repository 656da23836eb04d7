package io.tidegate.agent.labels;

import static io.tidegate.agent.labels.Label.policy;

import io.tidegate.routing.Access;
import io.tidegate.routing.Bind;
import io.tidegate.routing.Bind.Place;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Those that say for whom a service is, and where. */
final class PlaceLabels {

  private static final String BLOCKS =
      "addresses or blocks of them with commas between them: `10.0.0.0/8,fd00::/8`, at most "
          + Access.MOST;

  static final Label ALLOW =
      policy(
          "tidegate.allow",
          BLOCKS,
          "everybody",
          "The clients that may come, by their addresses. Others are reset before any task is"
              + " dialled, or their datagrams dropped, and counted as `denied`; they take nothing"
              + " of the limits.",
          PlaceLabels::blocks,
          (policy, blocks) -> policy.withAccess(policy.access().withAllow(blocks)));

  static final Label DENY =
      policy(
          "tidegate.deny",
          BLOCKS,
          "nobody",
          "The clients that may not, also if `tidegate.allow` has them.",
          PlaceLabels::blocks,
          (policy, blocks) -> policy.withAccess(policy.access().withDeny(blocks)));

  static final Label BIND =
      policy(
          "tidegate.bind",
          "addresses, blocks of them and names of interfaces with commas between them:"
              + " `192.0.2.1,10.0.0.0/8,eth1`, at most "
              + Bind.MOST,
          "the agent's `--bind`, `::`",
          "Where the published ports of the service are bound on each node: to whatever the node has"
              + " of this. A link-local address needs its interface: `fe80::1%eth0`. Addresses that"
              + " come and go are followed within 6 s. A node that has nothing of it does not serve"
              + " the ports.",
          text -> new Bind(items(text, Bind.MOST, "places", Place::parse)),
          Policy::withBind);

  static final Label NODES =
      policy(
          "tidegate.nodes",
          "placement constraints with commas between them:"
              + " `node.labels.zone==a,node.role!=manager`, at most "
              + NodeRule.MOST,
          "all nodes",
          "On which nodes the published ports of the service are served: those for which all of this"
              + " holds, as in Swarm's own `--constraint`. Where the tasks run is another matter.",
          text -> items(text, NodeRule.MOST, "constraints", NodeRule::parse),
          Policy::withNodes);

  private PlaceLabels() {}

  private static List<Cidr> blocks(String text) {
    return items(text, Access.MOST, "blocks of addresses", Cidr::parse);
  }

  private static <T> List<T> items(String text, int most, String what, Function<String, T> parser) {
    String[] items = text.split(",", -1);
    if (items.length > most) {
      throw new IllegalArgumentException(
          "%d %s (expected: at most %d)".formatted(items.length, what, most));
    }
    List<T> parsed = new ArrayList<>(items.length);
    for (String item : items) {
      if (item.isBlank()) {
        throw new IllegalArgumentException(text + " (expected: nothing empty between commas)");
      }
      parsed.add(parser.apply(item.strip()));
    }
    return parsed;
  }
}
