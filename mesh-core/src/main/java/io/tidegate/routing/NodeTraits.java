package io.tidegate.routing;

import java.util.Map;

/**
 * What a service can ask of a node: {@link NodeRule}.
 *
 * @param address where other nodes reach it, as text without a port
 * @param role manager or worker
 * @param os as in {@code linux}; empty of a node of which nobody has told any of this
 * @param arch as in {@code x86_64}
 * @param labels those that operators give it
 * @param engineLabels those of its engine's own configuration
 */
public record NodeTraits(
    String id,
    String hostname,
    String address,
    String role,
    String os,
    String arch,
    Map<String, String> labels,
    Map<String, String> engineLabels) {

  public NodeTraits {
    labels = Map.copyOf(labels);
    engineLabels = Map.copyOf(engineLabels);
  }

  /** Whether a manager has told all of it; every engine has an operating system. */
  public boolean areKnown() {
    return !os.isEmpty();
  }
}
