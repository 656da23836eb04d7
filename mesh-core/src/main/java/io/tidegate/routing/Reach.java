package io.tidegate.routing;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The way from this node to a task.
 *
 * @param address what to dial; null only when the kind is {@link Kind#NONE}
 * @param fixedPort the port to ask for whatever the publication says, or 0 for the publication's
 *     target port
 * @param namespace path of the network namespace to dial from; null means the agent's own, as for a
 *     hop through a tunnel
 * @param reason why this way was chosen, for people
 * @param hop how clients are passed to the agent of the task's node; null but for {@link Kind#HOP}
 * @param home path of the network namespace of the task's own container, which has the address for
 *     as long as the task runs; null where nobody has told, and but for {@link Kind#LOCAL}
 */
public record Reach(
    Kind kind,
    @Nullable InetAddress address,
    int fixedPort,
    @Nullable String namespace,
    String reason,
    @Nullable HopOffer hop,
    @Nullable String home) {

  /** The kinds of way that there are. */
  public enum Kind {
    /** An address that was given as it is, dialled from the agent's own namespace. */
    DIRECT,
    /** A task on this node, by its address on docker_gwbridge. */
    LOCAL,
    /**
     * A task anywhere, by its overlay address, from a namespace that is attached to that overlay.
     */
    OVERLAY,
    /** The agent on the task's node, which dials the task there. */
    HOP,
    /** The published port of another node, whose agent may reach what this one cannot. */
    DETOUR,
    /** No way: the task is known but cannot be dialled from here. */
    NONE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Reach {
    if ((address == null) != (kind == Kind.NONE)) {
      throw new IllegalArgumentException(
          "address: " + address + " (expected: one, unless " + Kind.NONE + ")");
    }
    if ((hop != null) != (kind == Kind.HOP)) {
      throw new IllegalArgumentException(
          "hop: " + hop + " (expected: one only for " + Kind.HOP + ")");
    }
    if ((namespace != null) != (kind == Kind.OVERLAY || (hop != null && hop.namespace() != null))) {
      throw new IllegalArgumentException(
          "namespace: %s (expected: one only for %s and for %s over one)"
              .formatted(namespace, Kind.OVERLAY, Kind.HOP));
    }
    if (home != null && kind != Kind.LOCAL) {
      throw new IllegalArgumentException(
          "home: " + home + " (expected: one only for " + Kind.LOCAL + ")");
    }
  }

  /** In place of a home of which the node is yet to hear: no hop is to end there until then. */
  public static final String UNKNOWN_HOME = "";

  public static Reach direct(InetAddress address, int port, String reason) {
    return new Reach(Kind.DIRECT, address, port, null, reason, null, null);
  }

  /** The way to a task on this node of whose own namespace nobody has told. */
  public static Reach local(InetAddress address, String reason) {
    return local(address, null, reason);
  }

  public static Reach local(InetAddress address, @Nullable String home, String reason) {
    return new Reach(Kind.LOCAL, address, 0, null, reason, null, home);
  }

  public static Reach overlay(InetAddress address, String namespace, String reason) {
    return new Reach(Kind.OVERLAY, address, 0, namespace, reason, null, null);
  }

  public static Reach hop(HopOffer offer, int publishedPort, String reason) {
    return hop(offer, offer.address().getAddress(), publishedPort, reason);
  }

  /**
   * The same where the offer does not say where that agent is.
   *
   * @param agent its address
   */
  public static Reach hop(HopOffer offer, InetAddress agent, int publishedPort, String reason) {
    return new Reach(Kind.HOP, agent, publishedPort, offer.namespace(), reason, offer, null);
  }

  static Reach detour(InetAddress node, int publishedPort) {
    return new Reach(
        Kind.DETOUR,
        node,
        publishedPort,
        null,
        "for when no task can be reached from here",
        null,
        null);
  }

  /** The same way to a port so many behind. */
  Reach shifted(int ports) {
    return fixedPort == 0
        ? this
        : new Reach(kind, address, fixedPort + ports, namespace, reason, hop, home);
  }

  public static Reach none(String reason) {
    return new Reach(Kind.NONE, null, 0, null, reason, null, null);
  }
}
