package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.agent.client.Columns.Column;
import java.util.ArrayList;
import java.util.List;

/** One service with its tasks, for people. */
final class ResolveText {

  private ResolveText() {}

  static List<String> lines(JsonNode service, Ink ink) {
    List<String> lines = new ArrayList<>();
    lines.add(
        ink.strong(service.path("service").asText())
            + ink.faint("  id " + Texts.shortId(service.path("serviceId").asText())));
    List<String> ports = new ArrayList<>();
    service.path("ports").forEach(port -> ports.add(port(port, ink)));
    Texts.field(lines, "ports", ports.isEmpty() ? List.of("none") : ports);
    List<String> addresses = new ArrayList<>();
    service.path("virtualIps").forEach(vip -> addresses.add(virtualIp(vip)));
    Texts.field(lines, "virtual IPs", addresses.isEmpty() ? List.of("none") : addresses);
    addAll(lines, "allow", service.at("/access/allow"));
    addAll(lines, "deny", service.at("/access/deny"));
    addAll(lines, "bind", service.path("bind"));
    addAll(lines, "nodes", service.path("nodes"));
    JsonNode endpoints = service.path("endpoints");
    if (endpoints.isEmpty()) {
      Texts.field(lines, "tasks", List.of(ink.bad("none")));
      return lines;
    }
    lines.add("");
    lines.addAll(table(endpoints).lines(ink));
    endpoints.forEach(endpoint -> addReason(lines, endpoint, ink));
    return lines;
  }

  private static void addAll(List<String> lines, String word, JsonNode values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.asText()));
    Texts.field(lines, word, texts);
  }

  private static String virtualIp(JsonNode vip) {
    String text = vip.path("address").asText() + " on " + vip.path("network").asText();
    return vip.has("tasks") ? text + ": " + Texts.counts(vip.path("tasks")) : text;
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
