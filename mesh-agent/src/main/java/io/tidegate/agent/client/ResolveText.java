package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.agent.client.Columns.Column;
import java.util.ArrayList;
import java.util.List;

/** One service with its tasks, for people. */
final class ResolveText {

  private ResolveText() {}

  /**
   * All that was answered of it.
   *
   * @param protocol of the clients of virtual IPs
   */
  static List<String> lines(JsonNode service, String protocol, Ink ink) {
    List<String> lines = new ArrayList<>();
    lines.add(
        ink.strong(service.path("service").asText())
            + ink.faint("  id " + Texts.shortId(service.path("serviceId").asText())));
    List<String> ports = new ArrayList<>();
    service.path("ports").forEach(port -> ports.add(port(port, ink)));
    Texts.field(lines, "ports", ports.isEmpty() ? List.of("none") : ports);
    List<String> addresses = new ArrayList<>();
    service.path("virtualIps").forEach(vip -> addresses.add(virtualIp(vip, ink)));
    Texts.field(lines, "virtual IPs", addresses.isEmpty() ? List.of("none") : addresses);
    addAll(lines, "allow", service.at("/access/allow"));
    addAll(lines, "deny", service.at("/access/deny"));
    addAll(lines, "bind", service.path("bind"));
    addAll(lines, "nodes", service.path("nodes"));
    boolean isAsked = false;
    for (JsonNode vip : service.path("virtualIps")) {
      if (vip.path("asked").asBoolean()) {
        isAsked = true;
        addAsked(lines, vip, protocol, ink);
      }
    }
    if (!isAsked) {
      addTasks(lines, service.path("endpoints"), ink);
    }
    return lines;
  }

  private static void addTasks(List<String> lines, JsonNode endpoints, Ink ink) {
    if (endpoints.isEmpty()) {
      Texts.field(lines, "tasks", List.of(ink.bad("none")));
      return;
    }
    lines.add("");
    lines.addAll(table(endpoints).lines(ink));
    endpoints.forEach(endpoint -> addReason(lines, endpoint, ink));
  }

  /** A virtual IP with its tasks, each as it is reached there. */
  private static void addAsked(List<String> lines, JsonNode vip, String protocol, Ink ink) {
    lines.add("");
    String what =
        "%s on %s, %s, any port: "
            .formatted(vip.path("address").asText(), vip.path("network").asText(), protocol);
    if (vip.hasNonNull("unserved")) {
      lines.add(what + ink.bad("not served here: " + vip.path("unserved").asText()));
    } else {
      lines.add(
          what
              + "%s among %s of %s tasks"
                  .formatted(
                      vip.path("balance").asText(),
                      vip.path("picked").asText(),
                      vip.path("endpoints").size()));
    }
    if (vip.has("endpoints")) {
      addTasks(lines, vip.path("endpoints"), ink);
    }
  }

  private static void addAll(List<String> lines, String word, JsonNode values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.asText()));
    Texts.field(lines, word, texts);
  }

  /** Who asks for it is told more, and who does not need not know why Docker has it. */
  private static String virtualIp(JsonNode vip, Ink ink) {
    String text = vip.path("address").asText() + " on " + vip.path("network").asText();
    if (!vip.has("tasks")) {
      return text;
    }
    String tasks = text + ": " + Texts.counts(vip.path("tasks"));
    return vip.path("asked").asBoolean() || !vip.hasNonNull("unserved")
        ? tasks
        : tasks + ", " + ink.bad("not served here: " + vip.path("unserved").asText());
  }

  private static String port(JsonNode port, Ink ink) {
    String text =
        "%s → %s by %s"
            .formatted(
                port.path("port").asText(),
                port.path("targetPort").asText(),
                port.path("by").asText());
    JsonNode clash = port.path("clash");
    if (!clash.isMissingNode()) {
      return text + ", " + ink.bad("clash: " + Texts.clash(clash));
    }
    if (port.hasNonNull("unserved")) {
      return text + ", " + port.path("unserved").asText();
    }
    return port.path("bound").asBoolean() ? text : text + ", " + ink.bad("not bound on this node");
  }

  private static Columns table(JsonNode endpoints) {
    Columns table =
        new Columns(
            Column.text("TASK"),
            Column.text("ID"),
            Column.text("NODE"),
            Column.state("STATE"),
            Column.text("REACH"),
            Column.text("ADDRESS"),
            Column.number("ACTIVE"),
            Column.text("SOURCE"),
            Column.number("AGE"));
    for (JsonNode endpoint : endpoints) {
      table.add(
          endpoint.path("task").asText(),
          Texts.shortId(endpoint.path("taskId").asText()),
          node(endpoint),
          endpoint.path("state").asText(),
          endpoint.at("/reach/kind").asText(),
          endpoint.path("address").asText("-"),
          endpoint.path("active").asText(),
          endpoint.at("/origin/source").asText("-"),
          Texts.age(endpoint.at("/origin/ageSeconds")));
    }
    return table;
  }

  private static String node(JsonNode endpoint) {
    String id = Texts.shortId(endpoint.path("node").asText());
    String name = Texts.node(endpoint);
    return name.equals(id) ? id : name + " (" + id + ")";
  }

  private static void addReason(List<String> lines, JsonNode endpoint, Ink ink) {
    if (endpoint.path("state").asText().equals("unreachable")) {
      lines.add(
          ink.bad(
              "%s is unreachable: %s"
                  .formatted(
                      endpoint.path("task").asText(), endpoint.at("/reach/reason").asText())));
    }
  }
}
