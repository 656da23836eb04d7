package io.tidegate.routing;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One task behind one route, or a detour to it.
 *
 * @param address what to dial; null only when the endpoint is unreachable
 */
public record Endpoint(
    String taskId,
    String taskName,
    String nodeId,
    EndpointState state,
    @Nullable InetSocketAddress address,
    Reach reach) {

  /** The endpoint of a task on the given target port. */
  public static Endpoint of(Task task, int targetPort) {
    Reach reach = task.reach();
    int port = reach.fixedPort() == 0 ? targetPort : reach.fixedPort();
    InetSocketAddress address =
        reach.address() == null ? null : new InetSocketAddress(reach.address(), port);
    return new Endpoint(
        task.id(), task.name(), task.nodeId(), EndpointState.of(task), address, reach);
  }

  /** Another node as a way to a published port: not a task, but as good as one to a client. */
  public static Endpoint detour(Node node, PublishedPort port) {
    return new Endpoint(
        "detour/" + node.id(),
        "detour",
        node.id(),
        EndpointState.READY,
        new InetSocketAddress(node.address(), port.number()),
        Reach.detour(node.address(), port.number()));
  }
}
