package io.tidegate.agent.admin;

import io.tidegate.agent.takeover.TakeoverStatus;
import io.tidegate.routing.PublishedPort;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the takeover of ports from Docker's mesh fares.
 *
 * @param mode {@code takeover} or {@code host}
 * @param why so
 * @param foothold where Docker's mesh brings its clients, or null
 * @param ports those whose new clients come to this agent
 * @param released whether all were handed back on demand
 * @param failures attempts to take ports over, or to keep them, that have failed
 * @param error what failed last, or null when all is well
 */
record TakeoverAnswer(
    String mode,
    String why,
    @Nullable String foothold,
    List<String> ports,
    boolean released,
    long failures,
    @Nullable String error) {

  static TakeoverAnswer of(TakeoverStatus status) {
    return new TakeoverAnswer(
        status.mode().toString(),
        status.why(),
        status.foothold(),
        new TreeSet<>(status.ports()).stream().map(PublishedPort::toString).toList(),
        status.isReleased(),
        status.failures(),
        status.error());
  }
}
