package io.tidegate.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/**
 * A change of a task, as one node has it in its log.
 *
 * @param task its name, and the node that runs it
 * @param to what the task is now, or "gone"
 * @param written when somebody wrote it; 1970 where the node decided it by itself, as that it has a
 *     way to a task now
 * @param lagMillis from its writing to the table in force
 * @param heardMillis from its writing to this node's hearing of it
 */
record SeenChange(
    String node,
    String task,
    String taskId,
    String from,
    String to,
    String source,
    Instant written,
    Instant inForce,
    double lagMillis,
    double heardMillis) {

  static SeenChange of(String node, JsonNode change) {
    double lagMillis = change.path("lagMillis").asDouble();
    return new SeenChange(
        node,
        change.path("task").asText() + " of " + change.path("hostname").asText(),
        change.path("taskId").asText(),
        change.path("from").asText("none"),
        change.path("to").asText("gone"),
        change.path("source").asText(),
        Instant.parse(change.path("writtenAt").asText(Instant.EPOCH.toString())),
        Instant.parse(change.path("at").asText()),
        lagMillis,
        lagMillis - change.path("sinceHeardMillis").asDouble());
  }

  boolean isWritten() {
    return !written.equals(Instant.EPOCH);
  }

  /** The end of a task that was on its way out: its own node sees that first, and tells nobody. */
  boolean isEndOfDrained() {
    return source.equals("own-events") && to.equals("gone") && !from.equals("ready");
  }

  /**
   * Whether what another change of the same task says was in force with this one, then or since.
   */
  boolean covers(SeenChange other) {
    return isWritten()
        ? !written.isBefore(other.written)
        : saysAsMuchAs(other) && !inForce.isBefore(other.written);
  }

  /** A node that has lost its way to a task has nothing more to lose with it. */
  boolean saysAsMuchAs(SeenChange other) {
    return to.equals(other.to) || (other.to.equals("gone") && to.equals("unreachable"));
  }

  double millisSince(SeenChange other) {
    return Duration.between(other.written, inForce).toNanos() / 1e6;
  }

  /** Where the time went. */
  String text() {
    return "%7.1f ms on %s: %s, %s → %s, written %s, heard by %s after %.1f ms, in force %.1f ms later"
        .formatted(
            lagMillis, node, task, from, to, written, source, heardMillis, lagMillis - heardMillis);
  }
}
