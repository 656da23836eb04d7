package io.tidegate.bench.sim;

import io.tidegate.routing.PublishedPort;
import org.jspecify.annotations.Nullable;

/** A task that must not be picked any more. */
record Gone(PublishedPort port, String taskId, long sinceNanos) {

  /** The one that should have gone first. */
  static @Nullable Gone older(@Nullable Gone one, @Nullable Gone other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.sinceNanos < one.sinceNanos ? other : one;
  }
}
