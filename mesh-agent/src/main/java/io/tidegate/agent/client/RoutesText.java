package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.agent.client.Columns.Column;
import java.util.ArrayList;
import java.util.List;

/** The routing table, for people. */
final class RoutesText {

  private RoutesText() {}

  /** One line per port. */
  static List<String> ports(JsonNode routes, Ink ink) {
    Columns table =
        new Columns(
            Column.text("PORT"),
            Column.text("SERVICE"),
            Column.text("TASKS"),
            Column.number("ACTIVE"),
            Column.number("PARKED"),
            Column.text("LISTENER"));
    for (JsonNode route : routes) {
      table.add(
          route.path("port").asText(),
          route.path("service").asText(),
          Texts.counts(route.path("tasks")),
          route.at("/counts/active").asText("0"),
          route.at("/counts/parked").asText("0"),
          listener(route.path("listener")));
    }
    return table.lines(ink);
  }

  /** One line per port that this node does not serve. */
  static List<String> unserved(JsonNode unserved) {
    List<String> lines = new ArrayList<>();
    for (JsonNode port : unserved) {
      lines.add(
          "%s %s: %s"
              .formatted(
                  port.path("port").asText(),
                  port.path("service").asText(),
                  port.path("reason").asText()));
    }
    return lines;
  }

  /** One line per port and task. */
  static List<String> endpoints(JsonNode routes, Ink ink) {
    Columns table =
        new Columns(
            Column.text("PORT"),
            Column.text("SERVICE"),
            Column.text("TASK"),
            Column.text("NODE"),
            Column.state("STATE"),
            Column.text("REACH"),
            Column.text("ADDRESS"),
            Column.number("ACTIVE"),
            Column.text("SOURCE"),
            Column.number("AGE"));
    routes.forEach(route -> addEndpoints(table, route));
    List<String> lines = new ArrayList<>(table.lines(ink));
    routes.forEach(route -> addEjections(lines, route, ink));
    routes.forEach(route -> addFaults(lines, route, ink));
    return lines;
  }

  private static void addEjections(List<String> lines, JsonNode route, Ink ink) {
    for (JsonNode endpoint : route.path("endpoints")) {
      JsonNode ejection = endpoint.path("ejection");
      if (!ejection.isMissingNode()) {
        lines.add(
            ink.bad(
                "%s %s: %s"
                    .formatted(
                        route.path("port").asText(),
                        endpoint.path("task").asText(),
                        ejection(ejection))));
      }
    }
  }

  /** What checks have found wrong; those of other nodes' tasks only they know. */
  private static void addFaults(List<String> lines, JsonNode route, Ink ink) {
    for (JsonNode endpoint : route.path("endpoints")) {
      JsonNode check = endpoint.path("check");
      boolean isUnwell = endpoint.path("state").asText().equals("unwell");
      if (isUnwell || check.path("unwell").asBoolean()) {
        lines.add(
            ink.bad(
                "%s %s: unwell, %s"
                    .formatted(
                        route.path("port").asText(),
                        endpoint.path("task").asText(),
                        fault(check, Texts.node(endpoint)))));
      }
    }
  }

  private static String fault(JsonNode check, String node) {
    if (check.isMissingNode()) {
      return "as its node's agent says; ask that of " + node + " why";
    }
    String inARow = check.path("inARow").asText() + " checks in a row ";
    return check.hasNonNull("fault")
        ? inARow + "failed: " + check.path("fault").asText()
        : inARow + "passed";
  }

  private static String ejection(JsonNode ejection) {
    double secondsLeft = ejection.path("secondsLeft").asDouble();
    String what =
        ejection.path("spared").asBoolean()
            ? "not ejected, as too many others are"
            : secondsLeft == 0
                ? "ejected, being probed"
                : "ejected for " + Texts.age(secondsLeft) + " more";
    int times = ejection.path("times").asInt();
    return "%s: %s%s%s"
        .formatted(
            what,
            ejection.path("reason").asText(),
            times == 1 ? "" : ", " + times + " times in a row",
            witnesses(ejection.path("witnesses")));
  }

  private static String witnesses(JsonNode witnesses) {
    List<String> names = new ArrayList<>();
    witnesses.forEach(name -> names.add(name.asText()));
    return names.isEmpty() ? "" : "; witnessed by " + String.join(", ", names);
  }

  private static void addEndpoints(Columns table, JsonNode route) {
    String port = route.path("port").asText();
    String service = route.path("service").asText();
    JsonNode endpoints = route.path("endpoints");
    if (endpoints.isEmpty()) {
      table.add(port, service, "-", "-", "no task", "-", "-", "0", "-", "-");
    }
    boolean isFirst = true;
    for (JsonNode endpoint : endpoints) {
      table.add(
          isFirst ? port : "",
          isFirst ? service : "",
          endpoint.path("task").asText(),
          Texts.node(endpoint),
          endpoint.path("state").asText(),
          endpoint.at("/reach/kind").asText(),
          endpoint.path("address").asText("-"),
          endpoint.path("active").asText(),
          endpoint.at("/origin/source").asText("-"),
          Texts.age(endpoint.at("/origin/ageSeconds")));
      isFirst = false;
    }
  }

  private static String listener(JsonNode listener) {
    if (listener.path("bound").asBoolean()) {
      return listener.path("takenOver").asBoolean() ? "taken over" : "bound";
    }
    String holder = listener.path("holder").asText();
    return listener.path("error").asText("not bound yet") + (holder.isEmpty() ? "" : ", " + holder);
  }
}
