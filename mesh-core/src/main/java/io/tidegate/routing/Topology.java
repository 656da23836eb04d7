package io.tidegate.routing;

import java.util.Comparator;
import java.util.List;

/**
 * All that was discovered, whole and immutable. Two topologies with the same content are equal in
 * whatever order their source listed it, so an unchanged one can be dropped.
 */
public record Topology(List<Service> services) {

  public static final Topology EMPTY = new Topology(List.of());

  public Topology {
    services = services.stream().sorted(Comparator.comparing(Service::id)).toList();
  }
}
