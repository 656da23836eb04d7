package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** One change as one line, in columns of fixed width: what comes later is not known yet. */
final class ChangeText {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private static final int CHANGE = "draining → unreachable".length();

  private ChangeText() {}

  static String title(Ink ink) {
    String change = "CHANGE" + " ".repeat(CHANGE - "CHANGE".length());
    return ink.strong(
        row("TIME (UTC)", "SERVICE", "TASK", "ID", "NODE") + change + rest("SOURCE", "LAG"));
  }

  static String line(JsonNode change, Ink ink) {
    String from = change.path("from").asText("new");
    String to = change.path("to").asText("gone");
    return row(
            TIME.format(Instant.parse(change.path("at").asText())),
            change.path("service").asText(),
            change.path("task").asText(),
            Texts.shortId(change.path("taskId").asText()),
            Texts.node(change))
        + (from + " → " + ink.state(to))
        + " ".repeat(Math.max(CHANGE - from.length() - " → ".length() - to.length(), 0))
        + rest(change.path("source").asText(), lag(change));
  }

  /** Where nobody tells when the change was written, it is at least since it was heard. */
  private static String lag(JsonNode change) {
    JsonNode millis = change.path("lagMillis");
    return millis.isNumber()
        ? Texts.millis(millis.asDouble())
        : "≥ " + Texts.millis(change.path("sinceHeardMillis").asDouble());
  }

  private static String row(String time, String service, String task, String id, String node) {
    return "%-12s  %-12s  %-16s  %-12s  %-10s  "
        .formatted(
            time, Columns.cut(service, 12), Columns.cut(task, 16), id, Columns.cut(node, 10));
  }

  private static String rest(String source, String lag) {
    return "  %-12s  %10s".formatted(Columns.cut(source, 12), lag);
  }
}
