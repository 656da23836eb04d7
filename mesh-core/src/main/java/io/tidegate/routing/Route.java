package io.tidegate.routing;

import java.util.List;

/**
 * One published port with its endpoints and policy.
 *
 * @param endpoints those that may be picked: a picker never asks again. All of them are {@link
 *     EndpointState#READY}. Where those are fewer than half of all that {@linkplain
 *     EndpointState#mayAnswer() may answer}, they are all that may; and where none may, for a
 *     moment those that are {@link EndpointState#DRAINING}
 * @param detours other nodes, which serve the port too: tried only when no endpoint answers
 * @param withheld those that are known but not picked, for people
 * @param means how the port was published
 * @param isParallel whether each port of a range leads to a port of its own: that of an endpoint's
 *     address is the first
 */
public record Route(
    PublishedPort port,
    String serviceId,
    String serviceName,
    Policy policy,
    List<Endpoint> endpoints,
    List<Node> detours,
    List<Endpoint> withheld,
    Publication.Means means,
    boolean isParallel) {

  public Route {
    endpoints = List.copyOf(endpoints);
    detours = List.copyOf(detours);
    withheld = List.copyOf(withheld);
  }

  /** A route of a port, or of ports that all lead to one. */
  public Route(
      PublishedPort port,
      String serviceId,
      String serviceName,
      Policy policy,
      List<Endpoint> endpoints,
      List<Node> detours,
      List<Endpoint> withheld,
      Publication.Means means) {
    this(port, serviceId, serviceName, policy, endpoints, detours, withheld, means, false);
  }

  /** A route of a port that was published with Docker's own means. */
  public Route(
      PublishedPort port,
      String serviceId,
      String serviceName,
      Policy policy,
      List<Endpoint> endpoints,
      List<Node> detours,
      List<Endpoint> withheld) {
    this(
        port,
        serviceId,
        serviceName,
        policy,
        endpoints,
        detours,
        withheld,
        Publication.Means.DOCKER);
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

  /** Whether endpoints are picked that are not ready, rather than to overload few or none. */
  public boolean isInPanic() {
    for (int i = 0; i < endpoints.size(); i++) {
      if (endpoints.get(i).state() != EndpointState.READY) {
        return true;
      }
    }
    return false;
  }
}
