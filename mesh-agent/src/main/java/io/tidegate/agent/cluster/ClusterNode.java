package io.tidegate.agent.cluster;

import java.util.Map;

/**
 * A node.
 *
 * @param name its hostname, empty where that is not known
 * @param address where other nodes reach it, as text without a port
 * @param facts what placement can ask for besides
 */
public record ClusterNode(
    String id,
    Version version,
    String name,
    String address,
    State state,
    Availability availability,
    Role role,
    Facts facts)
    implements ClusterObject {

  /** A node of which nobody tells what placement can ask for. */
  public ClusterNode(
      String id,
      Version version,
      String name,
      String address,
      State state,
      Availability availability,
      Role role) {
    this(id, version, name, address, state, availability, role, Facts.NONE);
  }

  /**
   * What placement can ask for.
   *
   * @param os empty where nobody tells
   * @param labels those that operators give it
   * @param engineLabels those of its engine's own configuration
   */
  public record Facts(
      String os, String arch, Map<String, String> labels, Map<String, String> engineLabels) {

    /** Where nobody tells. */
    public static final Facts NONE = new Facts("", "", Map.of(), Map.of());

    public Facts {
      labels = Map.copyOf(labels);
      engineLabels = Map.copyOf(engineLabels);
    }
  }

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
