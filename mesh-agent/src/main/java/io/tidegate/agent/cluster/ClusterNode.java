package io.tidegate.agent.cluster;

/**
 * A node.
 *
 * @param address where other nodes reach it, as text without a port
 */
public record ClusterNode(
    String id, long version, String address, State state, Availability availability, Role role)
    implements ClusterObject {

  /** How it fares; in the order of SwarmKit's numbers. */
  public enum State {
    UNKNOWN,
    DOWN,
    READY,
    DISCONNECTED
  }

  /** Whether it may have tasks; in the order of SwarmKit's numbers. */
  public enum Availability {
    ACTIVE,
    PAUSE,
    DRAIN
  }

  /** In the order of SwarmKit's numbers. */
  public enum Role {
    WORKER,
    MANAGER
  }
}
