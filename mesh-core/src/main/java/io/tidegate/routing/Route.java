package io.tidegate.routing;

import java.util.List;

/**
 * One published port with its endpoints and policy.
 *
 * @param endpoints those that may be picked, all of them {@link EndpointState#READY}: a picker
 *     never asks again
 * @param detours other nodes that serve the port too, tried only when no endpoint answers
 * @param withheld those that are known but not picked, for people
 */
public record Route(
    PublishedPort port,
    String serviceId,
    String serviceName,
    BalancingPolicy policy,
    List<Endpoint> endpoints,
    List<Endpoint> detours,
    List<Endpoint> withheld) {

  public Route {
    endpoints = List.copyOf(endpoints);
    detours = List.copyOf(detours);
    withheld = List.copyOf(withheld);
  }
}
