package io.tidegate.control;

import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ways of one route to its tasks. Most lead straight there. Where that would lose the client's
 * address, or where there is none from this node, the agent on the task's node is asked.
 *
 * @param others the other nodes that serve the port
 */
record Ways(Policy policy, Publication publication, List<Node> others) {

  Endpoint endpoint(Task task) {
    HopOffer hop = needsHop(task) ? hopTo(task.nodeId()) : null;
    if (hop == null) {
      return Endpoint.of(task, publication.targetPort());
    }
    Reach reach =
        Reach.hop(hop, publication.port().number(), "through the agent on its node: " + why(task));
    return Endpoint.of(task.by(reach), publication.targetPort());
  }

  private boolean needsHop(Task task) {
    return switch (task.reach().kind()) {
      case OVERLAY -> isTransparent();
      case NONE -> true;
      case LOCAL, DIRECT, HOP, DETOUR -> false;
    };
  }

  private boolean isTransparent() {
    return policy.clientAddress().told() == ClientIp.TRANSPARENT;
  }

  private String why(Task task) {
    return task.reach().kind() == Reach.Kind.NONE
        ? task.reach().reason()
        : "from here, it would not see its client's address";
  }

  private @Nullable HopOffer hopTo(String nodeId) {
    for (Node node : others) {
      if (node.id().equals(nodeId)) {
        return node.hop();
      }
    }
    return null;
  }
}
