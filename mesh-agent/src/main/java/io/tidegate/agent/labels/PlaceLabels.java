package io.tidegate.agent.labels;

import static io.tidegate.agent.labels.Label.policy;

import io.tidegate.routing.Access;
import io.tidegate.routing.Cidr;
import java.util.ArrayList;
import java.util.List;

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

  private PlaceLabels() {}

  private static List<Cidr> blocks(String text) {
    String[] items = text.split(",", -1);
    if (items.length > Access.MOST) {
      throw new IllegalArgumentException(
          items.length + " blocks of addresses (expected: at most " + Access.MOST + ")");
    }
    List<Cidr> blocks = new ArrayList<>(items.length);
    for (String item : items) {
      if (item.isBlank()) {
        throw new IllegalArgumentException(text + " (expected: nothing empty between commas)");
      }
      blocks.add(Cidr.parse(item.strip()));
    }
    return blocks;
  }
}
