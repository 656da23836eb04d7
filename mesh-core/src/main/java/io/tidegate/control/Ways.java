package io.tidegate.control;

import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ways of one route to its tasks. Most lead straight there. Where that would lose the client's
 * address or be too open, or where there is none from this node, the agent on the task's node is
 * asked.
 *
 * @param others the other nodes that serve the port
 */
record Ways(Policy policy, Publication publication, List<Node> others) {

  Endpoint endpoint(Task task) {
    Task led = needsHop(task) ? task.by(hop(task)) : task;
    return Endpoint.of(led, publication.targetPort());
  }

  private boolean needsHop(Task task) {
    return switch (task.reach().kind()) {
      case OVERLAY -> policy.isTlsOnly() || policy.clientAddress().isTransparent();
      case NONE -> true;
      case LOCAL, DIRECT, HOP, DETOUR -> false;
    };
  }

  private Reach hop(Task task) {
    Node node = node(task.nodeId());
    HopOffer offer = node == null ? null : policy.hop().choose(node.hops(), protocol());
    if (node == null || offer == null) {
      return withoutHop(task, node);
    }
    return offer.equals(node.hops().tls())
        ? Reach.hop(
            offer, node.address(), port(), "through the agent on its node, by TLS: " + why(task))
        : Reach.hop(offer, port(), "through the agent on its node: " + why(task));
  }

  private Protocol protocol() {
    return publication.port().protocol();
  }

  private int port() {
    return publication.port().number();
  }

  private String why(Task task) {
    if (task.reach().kind() == Reach.Kind.NONE) {
      return task.reach().reason();
    }
    return policy.clientAddress().isTransparent()
        ? "from here, it would not see its client's address"
        : "its service wants that";
  }

  private Reach withoutHop(Task task, @Nullable Node node) {
    boolean isNone = task.reach().kind() == Reach.Kind.NONE;
    String hindrance = isNone || policy.isTlsOnly() ? hindrance(node) : null;
    if (hindrance == null) {
      return task.reach();
    }
    return Reach.none(isNone ? task.reach().reason() + "; " + hindrance : hindrance);
  }

  /** Why the agent there cannot be asked, where that is to be said; else null. */
  private @Nullable String hindrance(@Nullable Node node) {
    boolean isUdp = protocol() == Protocol.UDP;
    boolean isOffered = node != null && node.hops().tls() != null;
    if (isUdp && (isOffered || policy.isTlsOnly())) {
      return "no datagrams are passed by TLS to the agent on its node";
    }
    return policy.isTlsOnly() ? "the agent on its node takes no clients by TLS" : null;
  }

  private @Nullable Node node(String id) {
    for (Node node : others) {
      if (node.id().equals(id)) {
        return node;
      }
    }
    return null;
  }
}
