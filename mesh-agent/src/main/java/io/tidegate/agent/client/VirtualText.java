package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidegate.agent.client.Columns.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The routes of virtual addresses, for people. */
final class VirtualText {

  private VirtualText() {}

  /** A table of its own behind an empty line; nothing where there are none. */
  static List<String> lines(JsonNode routes, boolean hasEndpoints, Ink ink) {
    if (routes.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll((hasEndpoints ? endpoints(routes) : addresses(routes)).lines(ink));
    return lines;
  }

  /** How virtual addresses fare. */
  static List<String> status(JsonNode vips, Ink ink) {
    List<String> texts = new ArrayList<>();
    texts.add(vips.path("why").asText());
    if (vips.path("released").asBoolean()) {
      texts.add(ink.bad("released: none are served here") + " (see tidegate release)");
    }
    for (JsonNode network : vips.path("networks")) {
      int added = network.path("added").asInt();
      texts.add(
          "%s addresses on %s%s, whose clients come to %s"
              .formatted(
                  network.path("addresses").asText(),
                  network.path("network").asText(),
                  added == 0 ? "" : " (" + added + " added)",
                  network.path("foothold").asText()));
    }
    if (vips.has("error")) {
      texts.add(
          ink.bad(vips.path("error").asText())
              + ", %s failures".formatted(vips.path("failures").asText()));
    }
    return texts;
  }

  /** One line for both protocols of an address, unless their tasks are in other states. */
  private static Columns addresses(JsonNode routes) {
    Columns table =
        new Columns(
            Column.text("NETWORK"),
            Column.text("VIRTUAL IP"),
            Column.text("SERVICE"),
            Column.text("TASKS"),
            Column.number("ACTIVE"),
            Column.number("TCP"),
            Column.number("UDP"),
            Column.number("FAILED"));
    Map<List<String>, List<JsonNode>> lines = new LinkedHashMap<>();
    for (JsonNode route : routes) {
      List<String> line =
          List.of(
              route.path("network").asText(),
              route.path("address").asText(),
              route.path("service").asText(),
              Texts.counts(route.path("tasks")));
      lines.computeIfAbsent(line, _ -> new ArrayList<>()).add(route);
    }
    lines.forEach(
        (line, both) ->
            table.add(
                line.get(0),
                both.size() == 1 ? address(both.getFirst()) : line.get(1),
                line.get(2),
                line.get(3),
                sum(both, route -> route.at("/counts/active").asLong()),
                sum(both, route -> relayed(route, "tcp")),
                sum(both, route -> relayed(route, "udp")),
                sum(both, VirtualText::failed)));
    return table;
  }

  private static String sum(List<JsonNode> routes, ToLongFunction<JsonNode> count) {
    return Long.toString(routes.stream().mapToLong(count).sum());
  }

  private static long relayed(JsonNode route, String protocol) {
    return route.path("protocol").asText().equals(protocol)
        ? route.at("/counts/connections/ok").asLong()
        : 0;
  }

  private static long failed(JsonNode route) {
    long all = 0;
    for (JsonNode count : route.at("/counts/connections")) {
      all += count.asLong();
    }
    return all
        - route.at("/counts/connections/ok").asLong()
        - route.at("/counts/connections/client_gone").asLong();
  }

  private static Columns endpoints(JsonNode routes) {
    Columns table =
        new Columns(
            Column.text("NETWORK"),
            Column.text("VIRTUAL IP"),
            Column.text("SERVICE"),
            Column.text("TASK"),
            Column.text("NODE"),
            Column.state("STATE"),
            Column.text("ADDRESS"),
            Column.number("ACTIVE"),
            Column.number("RELAYED"));
    routes.forEach(route -> addEndpoints(table, route));
    return table;
  }

  private static void addEndpoints(Columns table, JsonNode route) {
    String network = route.path("network").asText();
    String service = route.path("service").asText();
    if (route.path("endpoints").isEmpty()) {
      table.add(network, address(route), service, "-", "-", "no task", "-", "0", "0");
    }
    boolean isFirst = true;
    for (JsonNode endpoint : route.path("endpoints")) {
      table.add(
          isFirst ? network : "",
          isFirst ? address(route) : "",
          isFirst ? service : "",
          endpoint.path("task").asText(),
          Texts.node(endpoint),
          endpoint.path("state").asText(),
          endpoint.path("address").asText("-"),
          endpoint.path("active").asText(),
          endpoint.path("relays").asText());
      isFirst = false;
    }
  }

  private static String address(JsonNode route) {
    return route.path("address").asText() + "/" + route.path("protocol").asText();
  }
}
