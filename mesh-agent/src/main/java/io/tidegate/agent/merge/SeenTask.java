package io.tidegate.agent.merge;

import io.tidegate.routing.Origin;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task as one source tells it.
 *
 * @param name as Swarm prints it: {@code web.1}, or {@code web.<node id>} for a global service
 * @param nodeId Swarm's node id, or the node's address where the id is not known
 * @param ingressAddress its address on the ingress network, or null without one
 * @param addresses those on other networks on which its service has a virtual address, by the ids
 *     of the networks; none where those do not count
 * @param origin where this state was heard of
 */
record SeenTask(
    String id,
    String name,
    String nodeId,
    TaskState state,
    @Nullable InetAddress ingressAddress,
    Map<String, InetAddress> addresses,
    Origin origin) {

  SeenTask {
    addresses = Map.copyOf(addresses);
  }

  /** A task of which only the ingress network tells. */
  SeenTask(
      String id,
      String name,
      String nodeId,
      TaskState state,
      @Nullable InetAddress ingressAddress,
      Origin origin) {
    this(id, name, nodeId, state, ingressAddress, Map.of(), origin);
  }

  SeenTask as(TaskState other, Origin since) {
    return new SeenTask(id, name, nodeId, other, ingressAddress, addresses, since);
  }
}
