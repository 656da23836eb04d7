package io.tidegate.routing;

import java.util.Comparator;
import java.util.List;

/**
 * All that was discovered, whole and immutable. Two topologies with the same content are equal in
 * whatever order their source listed it, so an unchanged one can be dropped.
 *
 * @param nodes all other nodes that are not known to be down
 */
public record Topology(List<Service> services, List<Node> nodes) {

  public static final Topology EMPTY = new Topology(List.of());

  public Topology {
    services = services.stream().sorted(Comparator.comparing(Service::id)).toList();
    nodes = nodes.stream().sorted(Comparator.comparing(Node::id)).toList();
  }

  /** A topology without other nodes. */
  public Topology(List<Service> services) {
    this(services, List.of());
  }
}
