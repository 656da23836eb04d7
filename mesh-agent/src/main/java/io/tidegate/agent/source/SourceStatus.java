package io.tidegate.agent.source;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a source fares.
 *
 * @param name for people and for the metrics' label, as in {@code swarm-rest}, {@code swarm-gossip}
 *     or {@code file}
 * @param lastSuccess when the topology in force was last confirmed, or null if there never was one
 * @param error what is wrong now, in one line, or null when all is well
 * @param failures how often reading failed since the start
 * @param rejected how many pieces of input (labels, lines, answers) were refused since the start
 */
public record SourceStatus(
    String name,
    @Nullable Instant lastSuccess,
    @Nullable String error,
    long failures,
    long rejected) {

  /** True once there is a topology, be it an old one. */
  public boolean hasTopology() {
    return lastSuccess != null;
  }
}
