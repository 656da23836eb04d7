package io.tidegate.routing;

import java.util.Locale;

/** A transport protocol that Swarm can publish and Tidegate can serve. */
public enum Protocol {
  TCP,
  UDP;

  /**
   * Parses Swarm's spelling.
   *
   * @throws IllegalArgumentException if the text is neither {@code tcp} nor {@code udp}
   */
  public static Protocol parse(String text) {
    return switch (text) {
      case "tcp" -> TCP;
      case "udp" -> UDP;
      default ->
          throw new IllegalArgumentException("protocol: " + text + " (expected: tcp or udp)");
    };
  }

  /** Swarm's spelling: {@code tcp} or {@code udp}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
