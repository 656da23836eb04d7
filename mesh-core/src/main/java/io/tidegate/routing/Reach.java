package io.tidegate.routing;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The way from this node to a task.
 *
 * @param address what to dial; null only when the kind is {@link Kind#NONE}
 * @param fixedPort the port to dial whatever the publication says, or 0 for the publication's
 *     target port
 * @param namespace path of the network namespace to dial from; null means the agent's own
 * @param reason why this way was chosen, for people
 */
public record Reach(
    Kind kind,
    @Nullable InetAddress address,
    int fixedPort,
    @Nullable String namespace,
    String reason) {

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
    if ((namespace != null) != (kind == Kind.OVERLAY)) {
      throw new IllegalArgumentException(
          "namespace: " + namespace + " (expected: one only for " + Kind.OVERLAY + ")");
    }
  }

  public static Reach direct(InetAddress address, int port, String reason) {
    return new Reach(Kind.DIRECT, address, port, null, reason);
  }

  public static Reach local(InetAddress address, String reason) {
    return new Reach(Kind.LOCAL, address, 0, null, reason);
  }

  public static Reach overlay(InetAddress address, String namespace, String reason) {
    return new Reach(Kind.OVERLAY, address, 0, namespace, reason);
  }

  static Reach detour(InetAddress node, int publishedPort) {
    return new Reach(
        Kind.DETOUR, node, publishedPort, null, "for when no task can be reached from here");
  }

  public static Reach none(String reason) {
    return new Reach(Kind.NONE, null, 0, null, reason);
  }
}
