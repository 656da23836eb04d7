package io.tidegate.routing;

import java.util.Comparator;
import java.util.List;

/**
 * All that was discovered, whole and immutable. Two topologies with the same content are equal in
 * whatever order their source listed it, so an unchanged one can be dropped; and one that was made
 * from another shares with it whatever did not change, so that a look for what did is short.
 *
 * @param servicesById the services, each by its id
 * @param nodes all other nodes that are not known to be down
 * @param traits what services can ask of nodes
 * @param origin of the newest fact in it: what is gone has none of its own
 */
public record Topology(
    ChunkedMap<String, Service> servicesById, List<Node> nodes, SwarmTraits traits, Origin origin) {

  public static final Topology EMPTY = new Topology(List.of());

  public Topology {
    nodes = inOrder(nodes);
  }

  /** A source that keeps the order itself pays for a look at it only. */
  private static List<Node> inOrder(List<Node> nodes) {
    for (int i = 1; i < nodes.size(); i++) {
      if (nodes.get(i - 1).id().compareTo(nodes.get(i).id()) > 0) {
        return nodes.stream().sorted(Comparator.comparing(Node::id)).toList();
      }
    }
    return List.copyOf(nodes);
  }

  /** A topology that was listed; of services with the same id, the last counts. */
  public Topology(List<Service> services, List<Node> nodes, Origin origin) {
    this(ChunkedMap.of(services, Service::id), nodes, SwarmTraits.NONE, origin);
  }

  /** A listed topology of which only the present counts. */
  public Topology(List<Service> services, List<Node> nodes) {
    this(ChunkedMap.of(services, Service::id), nodes);
  }

  /** A topology without other nodes. */
  public Topology(List<Service> services) {
    this(services, List.of());
  }

  /** A topology of which only the present counts. */
  public Topology(ChunkedMap<String, Service> servicesById, List<Node> nodes) {
    this(servicesById, nodes, SwarmTraits.NONE, Origin.NONE);
  }

  /** In the order of their ids. */
  public List<Service> services() {
    return servicesById.values();
  }
}
