package io.tidegate.agent.merge;

import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.routing.Reach;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the way to each task, with a reason in words: its bridge address if it is on this node,
 * else its ingress address through the sandbox of Docker's mesh.
 *
 * @param reachable the ingress addresses that this node's Docker has learned by gossip, or null if
 *     it did not tell. Right after a restart that takes half a minute, and packets for the others
 *     vanish.
 * @param ingress the path of that sandbox, once for all tasks
 */
record ReachPlanner(
    LocalTasks local, Sandbox sandbox, @Nullable Set<InetAddress> reachable, String ingress) {

  ReachPlanner(LocalTasks local, Sandbox sandbox, @Nullable Set<InetAddress> reachable) {
    this(local, sandbox, reachable, sandbox.path().toString());
  }

  Reach plan(SeenTask task) {
    InetAddress bridge = local.bridgeAddress(task.id());
    if (bridge != null) {
      return Reach.local(
          bridge, local.home(task.id()), "on this node: its docker_gwbridge address");
    }
    return local.isRunning(task.id())
        ? overlay(task, "no docker_gwbridge address (yet)", null)
        : overlay(task, "on another node", reachable);
  }

  /**
   * The way to a task of a service that publishes nothing: where there is no other, from inside one
   * of its networks.
   *
   * @param virtualIps the service's, as {@link #inside} leaves them
   */
  Reach planUnpublished(SeenTask task, List<VirtualIp> virtualIps) {
    Reach planned = plan(task);
    if (planned.kind() != Reach.Kind.NONE) {
      return planned;
    }
    return virtualIps.stream()
        .map(ip -> ip.wayTo(task.addresses()))
        .filter(way -> way.kind() != Reach.Kind.NONE)
        .findFirst()
        .orElse(planned);
  }

  /** The addresses with this node's namespaces on their networks, where it has any. */
  List<VirtualIp> inside(List<VirtualIp> virtualIps) {
    return virtualIps.stream().map(this::inside).toList();
  }

  private VirtualIp inside(VirtualIp ip) {
    String namespace = sandbox.overlay(ip.networkId());
    return namespace == null ? ip : ip.in(namespace);
  }

  /** Whether another plan has other namespaces for any of these addresses. */
  boolean isOtherInside(List<VirtualIp> virtualIps, ReachPlanner other) {
    return virtualIps.stream()
        .map(VirtualIp::networkId)
        .anyMatch(id -> !Objects.equals(sandbox.overlay(id), other.sandbox.overlay(id)));
  }

  /** Whether another plan has other namespaces than that of the ingress network. */
  boolean hasOtherOverlays(ReachPlanner other) {
    return !sandbox.overlays().equals(other.sandbox.overlays());
  }

  /** Whether the only thing that is missing is that this node's Docker learns where it is. */
  boolean isAwaited(SeenTask task) {
    InetAddress address = task.ingressAddress();
    return address != null
        && sandbox.error() == null
        && reachable != null
        && !reachable.contains(address)
        && local.bridgeAddress(task.id()) == null;
  }

  /** Whether another plan may lead any task by another way, not only those that moved. */
  boolean isOtherThan(ReachPlanner other) {
    return !ingress.equals(other.ingress)
        || !Objects.equals(sandbox.error(), other.sandbox.error())
        || (reachable == null) != (other.reachable == null);
  }

  /** The addresses that only one of both takes for reachable. */
  Set<InetAddress> reachableOtherThan(ReachPlanner other) {
    Set<InetAddress> here = reachable == null ? Set.of() : reachable;
    Set<InetAddress> there = other.reachable == null ? Set.of() : other.reachable;
    Set<InetAddress> different = new HashSet<>();
    here.stream().filter(address -> !there.contains(address)).forEach(different::add);
    there.stream().filter(address -> !here.contains(address)).forEach(different::add);
    return different;
  }

  /**
   * @param learned as {@link #reachable}; null for a task on this node, where no gossip is needed
   */
  private Reach overlay(SeenTask task, String where, @Nullable Set<InetAddress> learned) {
    InetAddress address = task.ingressAddress();
    if (address == null) {
      return Reach.none(where + " and no address on the ingress network");
    }
    if (sandbox.error() != null) {
      return Reach.none(where + " and " + sandbox.error());
    }
    if (learned != null && !learned.contains(address)) {
      return Reach.none(
          "%s and this node's Docker has not (yet) learned by gossip where %s is"
              .formatted(where, address.getHostAddress()));
    }
    return Reach.overlay(address, ingress, where + ": its ingress address through ingress_sbox");
  }
}
