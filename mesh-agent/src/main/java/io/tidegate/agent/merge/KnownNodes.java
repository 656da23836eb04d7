package io.tidegate.agent.merge;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.docker.Addresses;
import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.Node;
import io.tidegate.routing.NodeTraits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes of the Swarm. A manager's API tells them all; gossip tells those that take part
 * in it now, and after a restart of the daemon that is nobody for half a minute, when other nodes
 * are needed most. So a node that gossip has lost stays known for a while.
 */
final class KnownNodes {

  private final long holdNanos;
  private final Map<String, String> idByAddress = new HashMap<>();
  private final Map<String, String> nameById = new HashMap<>();
  private final Map<String, Long> lastSeen = new LinkedHashMap<>();
  private Map<String, NodeTraits> traits = Map.of();
  private String ownAddress = "";
  private Map<String, HopOffers> hops = Map.of();
  private boolean isDoubtNew;

  /** The answer until something else is heard: each change of the Swarm asks. */
  private @Nullable List<Node> nodes;

  /**
   * @param hold how long a node stays known that gossip has lost
   */
  KnownNodes(Duration hold) {
    this.holdNanos = hold.toNanos();
  }

  /** The id of the node with an address, or the address if no id is known. */
  String idOf(String address) {
    return idByAddress.getOrDefault(address, address);
  }

  /** The daemon may have forgotten the others: the hold begins anew for all of them. */
  void doubt() {
    isDoubtNew = true;
  }

  /** What a daemon knows of its own part in the Swarm. */
  void onEngine(DockerAnswers.SwarmInfo own) {
    learn(own.nodeAddress(), own.nodeId());
    for (DockerAnswers.RemoteManager manager : own.remoteManagers()) {
      learn(Addresses.hostOf(manager.address()), manager.nodeId());
    }
    ownAddress = own.nodeAddress();
    nodes = null;
  }

  /** All nodes, as a manager tells them. */
  void onCluster(Collection<ClusterNode> told, long nowNanos) {
    nodes = null;
    lastSeen.clear();
    nameById.clear();
    Map<String, NodeTraits> toldTraits =
        told.stream()
            .collect(toUnmodifiableMap(ClusterNode::id, KnownNodes::traits, (_, last) -> last));
    // The same map stays while nothing changes, which is seen at once then.
    traits = toldTraits.equals(traits) ? traits : toldTraits;
    // a machine that joined anew is there twice: the address is of the node that is not down
    told.stream().filter(KnownNodes::isDown).forEach(this::learn);
    for (ClusterNode node : told) {
      nameById.put(node.id(), node.name());
      if (!isDown(node)) {
        learn(node);
        lastSeen.put(node.address(), nowNanos);
      }
    }
  }

  private static boolean isDown(ClusterNode node) {
    return node.state() == ClusterNode.State.DOWN;
  }

  void onGossip(NetworkAnswers.Network ingress, long nowNanos) {
    if (isDoubtNew) {
      isDoubtNew = false;
      lastSeen.replaceAll((address, at) -> nowNanos);
    }
    for (NetworkAnswers.Peer peer : ingress.peers()) {
      lastSeen.put(peer.address(), nowNanos);
    }
    lastSeen.values().removeIf(at -> nowNanos - at >= holdNanos);
    nodes = null;
  }

  /** Where agents take clients of this node, by the ids of their nodes. */
  void onHops(Map<String, HopOffers> offers) {
    hops = offers;
    nodes = null;
  }

  /** Those that are not known to be down, without this one, in the order of their ids. */
  List<Node> nodes() {
    List<Node> answer = nodes;
    if (answer == null) {
      answer = readNodes();
      nodes = answer;
    }
    return answer;
  }

  private List<Node> readNodes() {
    List<Node> read = new ArrayList<>();
    for (String address : lastSeen.keySet()) {
      InetAddress parsed = Addresses.parse(address);
      if (parsed != null && !address.equals(ownAddress)) {
        String id = idOf(address);
        read.add(
            new Node(
                id, nameById.getOrDefault(id, ""), parsed, hops.getOrDefault(id, HopOffers.NONE)));
      }
    }
    // A topology wants that order, and keeps a list that has it.
    read.sort(Comparator.comparing(Node::id));
    return List.copyOf(read);
  }

  /** What managers told last of all nodes, by their ids. */
  Map<String, NodeTraits> traits() {
    return traits;
  }

  /** All that a service can ask of a node. */
  static NodeTraits traits(ClusterNode node) {
    ClusterNode.Facts facts = node.facts();
    return new NodeTraits(
        node.id(),
        node.name(),
        node.address(),
        node.role().name().toLowerCase(Locale.ROOT),
        facts.os(),
        facts.arch(),
        facts.labels(),
        facts.engineLabels());
  }

  private void learn(ClusterNode node) {
    learn(node.address(), node.id());
  }

  private void learn(String address, String id) {
    if (!address.isEmpty() && !id.isEmpty()) {
      idByAddress.put(address, id);
    }
  }
}
