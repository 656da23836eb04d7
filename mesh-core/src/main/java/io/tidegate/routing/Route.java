package io.tidegate.routing;

import java.util.List;

/**
 * One published port with its endpoints and policy.
 *
 * @param endpoints those that may be picked: a picker never asks again. All of them are {@link
 *     EndpointState#READY}, or all {@link EndpointState#DOUBTED} where nothing else is left
 * @param detours other nodes, which serve the port too: tried only when no endpoint answers
 * @param withheld those that are known but not picked, for people
 */
public record Route(
    PublishedPort port,
    String serviceId,
    String serviceName,
    Policy policy,
    List<Endpoint> endpoints,
    List<Node> detours,
    List<Endpoint> withheld) {

  public Route {
    endpoints = List.copyOf(endpoints);
    detours = List.copyOf(detours);
    withheld = List.copyOf(withheld);
  }

  /** A route whose policy says only how to balance. */
  public Route(
      PublishedPort port,
      String serviceId,
      String serviceName,
      BalancingPolicy balance,
      List<Endpoint> endpoints,
      List<Node> detours,
      List<Endpoint> withheld) {
    this(port, serviceId, serviceName, Policy.of(balance), endpoints, detours, withheld);
  }
}
