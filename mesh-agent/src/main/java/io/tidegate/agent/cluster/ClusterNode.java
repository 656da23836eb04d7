package io.tidegate.agent.cluster;

/**
 * A node.
 *
 * @param name its hostname, empty where that is not known
 * @param address where other nodes reach it, as text without a port
 */
public record ClusterNode(
    String id,
    Version version,
    String name,
    String address,
    State state,
    Availability availability,
    Role role)
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
