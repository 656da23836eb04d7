package io.tidegate.routing;

import org.jspecify.annotations.Nullable;

/**
 * A published port that this node does not serve, since its service does not want it to.
 *
 * @param reason for people
 */
public record Unserved(PublishedPort port, String serviceId, String serviceName, String reason) {

  /**
   * One of a service that asks for other nodes.
   *
   * @param broken what it asks for, and this node is not
   * @param own what this node is
   */
  private static Unserved of(PublishedPort port, Service service, NodeRule broken, NodeTraits own) {
    String has = broken.valueOf(own);
    return new Unserved(
        port,
        service.id(),
        service.name(),
        "not served on this node: %s does not hold, it is %s"
            .formatted(broken, has.isEmpty() ? "not set" : has));
  }

  /** The port of a service on a node that is not as it asks, or null on one that is. */
  public static @Nullable Unserved of(PublishedPort port, Service service, SwarmTraits traits) {
    NodeRule broken = traits.firstBroken(service.policy().nodes());
    NodeTraits own = traits.byId().get(traits.ownId());
    return broken == null || own == null ? null : of(port, service, broken, own);
  }
}
