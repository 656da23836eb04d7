package io.tidegate.routing;

import java.net.InetAddress;

/**
 * Another node of the mesh, whose agent serves the same published ports.
 *
 * @param id Swarm's node id, or the address where that is not known
 * @param name its hostname, empty where that is not known
 * @param address where other nodes reach it
 * @param hops how clients are passed to its agent, as far as that is known
 */
public record Node(String id, String name, InetAddress address, HopOffers hops) {

  /** A node to whose agent no client is passed. */
  public Node(String id, String name, InetAddress address) {
    this(id, name, address, HopOffers.NONE);
  }

  /** A node whose name is not known. */
  public Node(String id, InetAddress address) {
    this(id, "", address);
  }
}
