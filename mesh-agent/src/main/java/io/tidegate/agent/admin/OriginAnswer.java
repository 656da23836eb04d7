package io.tidegate.agent.admin;

import io.tidegate.routing.Origin;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where the last change of a fact came from.
 *
 * @param writtenAt by the clock of whoever decided it, null where the source does not tell
 * @param heardAt when this node heard of it, null where nobody had to tell
 * @param ageSeconds since it was written, or else heard
 */
record OriginAnswer(
    String source,
    @Nullable Instant writtenAt,
    @Nullable Instant heardAt,
    @Nullable Double ageSeconds) {

  /**
   * That of one fact.
   *
   * @param source the name of the agent's source, for facts that do not name one
   */
  static OriginAnswer of(Origin origin, String source, Instant now) {
    Instant writtenAt = instant(origin.writtenAtNanos());
    Instant heardAt = instant(origin.heardAtNanos());
    Instant known = writtenAt == null ? heardAt : writtenAt;
    return new OriginAnswer(
        origin.source().isEmpty() ? source : origin.source(),
        writtenAt,
        heardAt,
        known == null ? null : seconds(Duration.between(known, now)));
  }

  /** The moment so long after 1970, or null for 0. */
  static @Nullable Instant instant(long nanos) {
    return nanos == 0 ? null : Instant.EPOCH.plusNanos(nanos);
  }

  /** Never less than 0, whatever the clocks of two nodes say. */
  static double seconds(Duration duration) {
    return Math.max(duration.toMillis(), 0) / 1e3;
  }
}
