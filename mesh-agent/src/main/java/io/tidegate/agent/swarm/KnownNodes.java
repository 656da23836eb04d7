package io.tidegate.agent.swarm;

import io.tidegate.routing.Node;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The other nodes of the Swarm. A manager's API tells them all; gossip tells those that take part
 * in it now, and after a restart of the daemon that is nobody for half a minute, when other nodes
 * are needed most. So a node that gossip has lost stays known for a while.
 */
final class KnownNodes {

  private static final String DOWN = "down";

  private final long holdNanos;
  private final Map<String, String> idByAddress = new HashMap<>();
  private final Map<String, Long> lastSeen = new LinkedHashMap<>();
  private boolean isDoubtNew;

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

  void onReading(Reading reading, long nowNanos) {
    DockerAnswers.SwarmInfo own = reading.engine().swarm();
    learn(own.nodeAddress(), own.nodeId());
    for (DockerAnswers.RemoteManager manager : own.remoteManagers()) {
      learn(Addresses.hostOf(manager.address()), manager.nodeId());
    }
    NetworkAnswers.Network ingress = reading.ingress();
    if (reading.rest() != null) {
      onRest(reading.rest(), nowNanos);
    } else if (ingress != null) {
      onGossip(ingress, nowNanos);
    }
    lastSeen.remove(own.nodeAddress());
  }

  List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    for (String address : lastSeen.keySet()) {
      InetAddress parsed = Addresses.parse(address);
      if (parsed != null) {
        nodes.add(new Node(idOf(address), parsed));
      }
    }
    return nodes;
  }

  private void onRest(RestAnswers rest, long nowNanos) {
    lastSeen.clear();
    for (DockerAnswers.Node node : rest.nodes()) {
      String address = address(node);
      learn(address, node.id());
      if (!node.status().state().equals(DOWN)) {
        lastSeen.put(address, nowNanos);
      }
    }
  }

  private void onGossip(NetworkAnswers.Network ingress, long nowNanos) {
    if (isDoubtNew) {
      isDoubtNew = false;
      lastSeen.replaceAll((address, at) -> nowNanos);
    }
    for (NetworkAnswers.Peer peer : ingress.peers()) {
      lastSeen.put(peer.address(), nowNanos);
    }
    lastSeen.values().removeIf(at -> nowNanos - at >= holdNanos);
  }

  private void learn(String address, String id) {
    if (!address.isEmpty() && !id.isEmpty()) {
      idByAddress.put(address, id);
    }
  }

  /** A manager that looks at itself may see 0.0.0.0 or 127.0.0.1 as its status' address. */
  private static String address(DockerAnswers.Node node) {
    DockerAnswers.ManagerStatus manager = node.managerStatus();
    return manager == null ? node.status().address() : Addresses.hostOf(manager.address());
  }
}
