package io.tidegate.routing;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One task behind one route, or a detour to it.
 *
 * @param address what to dial; null only when the endpoint is unreachable
 * @param ejection why it is ejected, or would be if its route had enough others; else null
 */
public record Endpoint(
    String taskId,
    String taskName,
    String nodeId,
    EndpointState state,
    @Nullable InetSocketAddress address,
    Reach reach,
    @Nullable Ejection ejection) {

  /** The endpoint of a task on the given target port. */
  public static Endpoint of(Task task, int targetPort) {
    Reach reach = task.reach();
    int port = reach.fixedPort() == 0 ? targetPort : reach.fixedPort();
    InetSocketAddress address =
        reach.address() == null ? null : new InetSocketAddress(reach.address(), port);
    return new Endpoint(
        task.id(), task.name(), task.nodeId(), EndpointState.of(task), address, reach, null);
  }

  /** Another node as a way to a published port: not a task, but as good as one to a client. */
  public static Endpoint detour(Node node, PublishedPort port) {
    return new Endpoint(
        "detour/" + node.id(),
        "detour",
        node.id(),
        EndpointState.READY,
        new InetSocketAddress(node.address(), port.number()),
        Reach.detour(node.address(), port.number()),
        null);
  }

  /** The same where another port is asked for, so many behind the first of a range. */
  public Endpoint shifted(int ports) {
    InetSocketAddress shifted =
        address == null
            ? null
            : new InetSocketAddress(address.getAddress(), address.getPort() + ports);
    return new Endpoint(taskId, taskName, nodeId, state, shifted, reach.shifted(ports), ejection);
  }

  /**
   * What it is known by.
   *
   * @throws NullPointerException if it is unreachable
   */
  public EndpointId id() {
    return new EndpointId(taskId, Objects.requireNonNull(address));
  }

  /** Whether it is not picked because connects to it fail. */
  public boolean isEjected() {
    return state == EndpointState.EJECTED;
  }

  /** Whether nothing that is sent to it seems to arrive. */
  public boolean isOutOfReach() {
    return state == EndpointState.UNREACHABLE
        || (ejection != null && ejection.cause() == Ejection.Cause.NODE_SILENT);
  }

  /** This endpoint as one whose connects fail; what is not ejected all the same is spared. */
  public Endpoint with(Ejection reason, boolean isEjected) {
    EndpointState now = isEjected ? EndpointState.EJECTED : state;
    return new Endpoint(taskId, taskName, nodeId, now, address, reach, reason);
  }
}
