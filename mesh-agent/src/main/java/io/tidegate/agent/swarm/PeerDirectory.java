package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.docker.Addresses;
import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.routing.Node;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who the other agents are and where they listen, as far as is known. For use from any thread. */
final class PeerDirectory {

  private final int port;
  private volatile Own own = new Own("", "", false, false, List.of(), Set.of());
  private volatile Members members = new Members(Set.of(), List.of(), List.of());

  private record Own(
      String nodeId,
      String address,
      boolean isInSwarm,
      boolean isManager,
      List<InetAddress> managers,
      Set<String> managerIds) {}

  /** What a manager told of nodes: their ids, managers' addresses, all others' addresses. */
  private record Members(Set<String> ids, List<InetAddress> managers, List<InetAddress> others) {}

  /**
   * @param port where all of them listen
   */
  PeerDirectory(int port) {
    this.port = port;
  }

  /**
   * What the engine says of its node.
   *
   * @return whether this node is something else now
   */
  boolean onEngine(DockerAnswers.SwarmInfo info) {
    List<InetAddress> managers = new ArrayList<>();
    Set<String> managerIds = new HashSet<>();
    for (DockerAnswers.RemoteManager manager : info.remoteManagers()) {
      managerIds.add(manager.nodeId());
      InetAddress address = Addresses.parse(Addresses.hostOf(manager.address()));
      if (address != null && !manager.nodeId().equals(info.nodeId())) {
        managers.add(address);
      }
    }
    Own before = own;
    own =
        new Own(
            info.nodeId(),
            info.nodeAddress(),
            info.localNodeState().equals("active"),
            info.controlAvailable(),
            managers,
            Set.copyOf(managerIds));
    return before.isInSwarm() != own.isInSwarm() || before.isManager() != own.isManager();
  }

  /**
   * What is known of nodes now.
   *
   * @param all as a manager told them, none before that
   * @param others those that are not known to be down
   */
  void onNodes(Collection<ClusterNode> all, List<Node> others) {
    Set<String> ids = new HashSet<>();
    List<InetAddress> managers = new ArrayList<>();
    for (ClusterNode node : all) {
      ids.add(node.id());
      InetAddress address = Addresses.parse(node.address());
      if (address != null && isOtherManager(node)) {
        managers.add(address);
      }
    }
    members = new Members(Set.copyOf(ids), managers, others.stream().map(Node::address).toList());
  }

  private boolean isOtherManager(ClusterNode node) {
    return node.role() == ClusterNode.Role.MANAGER && !node.id().equals(own.nodeId());
  }

  boolean isInSwarm() {
    return own.isInSwarm();
  }

  boolean isManager() {
    return own.isManager();
  }

  /**
   * Whether a node belongs to this Swarm; true for all as long as nobody told which do. The list is
   * as old as the last manager's word, so one that has heard none for long would shut out managers
   * that came later: those that the engine itself speaks with belong to it too.
   */
  boolean isMember(String nodeId) {
    Set<String> ids = members.ids();
    return ids.isEmpty() || ids.contains(nodeId) || own.managerIds().contains(nodeId);
  }

  /** The other managers' agents. */
  List<InetSocketAddress> managers() {
    Set<InetAddress> addresses = new LinkedHashSet<>(own.managers());
    addresses.addAll(members.managers());
    return agents(addresses);
  }

  /** All other nodes' agents, without one. */
  List<InetSocketAddress> others(@Nullable InetSocketAddress without) {
    return agents(members.others()).stream().filter(agent -> !agent.equals(without)).toList();
  }

  private List<InetSocketAddress> agents(Collection<InetAddress> addresses) {
    return addresses.stream().map(address -> new InetSocketAddress(address, port)).toList();
  }
}
