package io.tidegate.routing;

import java.util.Comparator;
import java.util.List;

/**
 * All that was discovered, whole and immutable. Two topologies with the same content are equal in
 * whatever order their source listed it, so an unchanged one can be dropped.
 *
 * @param nodes all other nodes that are not known to be down
 * @param origin of the newest fact in it: what is gone has none of its own
 */
public record Topology(List<Service> services, List<Node> nodes, Origin origin) {

  public static final Topology EMPTY = new Topology(List.of());

  public Topology {
    services = inOrder(services, Comparator.comparing(Service::id));
    nodes = inOrder(nodes, Comparator.comparing(Node::id));
  }

  /** A source that keeps the order itself pays for a look at it only. */
  private static <T> List<T> inOrder(List<T> values, Comparator<T> order) {
    for (int i = 1; i < values.size(); i++) {
      if (order.compare(values.get(i - 1), values.get(i)) > 0) {
        return values.stream().sorted(order).toList();
      }
    }
    return List.copyOf(values);
  }

  /** A topology without other nodes. */
  public Topology(List<Service> services) {
    this(services, List.of());
  }

  /** A topology of which only the present counts. */
  public Topology(List<Service> services, List<Node> nodes) {
    this(services, nodes, Origin.NONE);
  }
}
