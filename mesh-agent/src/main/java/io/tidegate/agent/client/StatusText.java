package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How an agent fares, for people. */
final class StatusText {

  private StatusText() {}

  static List<String> lines(JsonNode status, Ink ink) {
    List<String> lines = new ArrayList<>();
    Texts.field(lines, "agent", List.of(agent(status)));
    Texts.field(lines, "ready", ready(status, ink));
    Texts.field(lines, "sources", sources(status.path("sources"), ink));
    if (status.has("peers")) {
      Texts.field(lines, "peers", peers(status.path("peers"), ink));
    }
    Texts.field(lines, "topology", topology(status.path("topology")));
    Texts.field(lines, "table", List.of(table(status)));
    Texts.field(lines, "takeover", takeover(status.path("takeover"), ink));
    Texts.field(lines, "vips", VirtualText.status(status.path("vips"), ink));
    Texts.field(lines, "traffic", traffic(status.path("traffic")));
    List<String> clashes = new ArrayList<>();
    status
        .path("clashes")
        .forEach(
            clash -> clashes.add(ink.bad(clash.path("port").asText() + ": " + Texts.clash(clash))));
    Texts.field(lines, "clashes", clashes);
    Texts.field(lines, "narrowed", NarrowedText.lines(status.path("narrowed")));
    Texts.field(lines, "unserved", RoutesText.unserved(status.path("unserved")));
    Texts.field(lines, "changes", List.of(status.path("changes").asText() + " since the start"));
    List<String> lags = new ArrayList<>();
    status
        .path("lags")
        .properties()
        .forEach(entry -> addLags(lags, entry.getKey(), entry.getValue()));
    Texts.field(lines, "lag", lags);
    return lines;
  }

  private static String agent(JsonNode status) {
    JsonNode node = status.path("node");
    List<String> facts = new ArrayList<>();
    facts.add("tidegate " + status.path("version").asText());
    if (!node.path("nodeName").asText().isEmpty()) {
      facts.add(
          "on %s (%s)"
              .formatted(
                  node.path("nodeName").asText(), Texts.shortId(node.path("nodeId").asText())));
    }
    if (node.has("role")) {
      facts.add(node.path("role").asText().toLowerCase(Locale.ROOT));
    }
    facts.add("up " + Texts.age(status.path("uptimeSeconds")));
    return String.join(", ", facts);
  }

  private static List<String> ready(JsonNode status, Ink ink) {
    if (status.path("ready").asBoolean()) {
      return List.of(ink.good("yes"));
    }
    List<String> reasons = new ArrayList<>();
    status
        .path("notReady")
        .forEach(
            reason ->
                reasons.add(ink.bad((reasons.isEmpty() ? "no: " : "    ") + reason.asText())));
    return reasons;
  }

  private static List<String> sources(JsonNode sources, Ink ink) {
    List<String> texts = new ArrayList<>();
    for (JsonNode source : sources) {
      String error = source.path("error").asText();
      texts.add(
          "%s, confirmed %s, %s failures, %s rejected%s"
              .formatted(
                  source.path("name").asText(),
                  source.has("ageSeconds")
                      ? Texts.age(source.path("ageSeconds")) + " ago"
                      : "never",
                  source.path("failures").asText(),
                  source.path("rejected").asText(),
                  error.isEmpty() ? "" : ": " + ink.bad(error)));
    }
    return texts;
  }

  private static void addTunnels(List<String> texts, JsonNode tunnels, Ink ink) {
    if (tunnels.has("error")) {
      texts.add("no hops by TLS: " + ink.bad(tunnels.path("error").asText()));
    } else if (tunnels.has("port")) {
      texts.add(
          "hops by TLS on port %s: %s in, %s out"
              .formatted(
                  tunnels.path("port").asText(),
                  tunnels.path("in").path("open").asText(),
                  tunnels.path("out").path("open").asText()));
    }
  }

  private static List<String> peers(JsonNode peers, Ink ink) {
    List<String> texts = new ArrayList<>();
    texts.add(peers.has("identity") ? peers.path("identity").asText() : ink.bad("no identity"));
    if (peers.has("error")) {
      texts.add(ink.bad(peers.path("error").asText()));
    }
    if (peers.has("followed")) {
      texts.add("follows " + peers.path("followed").asText());
    } else if (peers.has("followError")) {
      texts.add("follows nobody: " + ink.bad(peers.path("followError").asText()));
    }
    long refused = 0;
    for (JsonNode count : peers.path("refusals")) {
      refused += count.asLong();
    }
    addTunnels(texts, peers.path("tunnels"), ink);
    texts.add(peers.path("subscribers").asText() + " nodes follow, " + refused + " refused");
    return texts;
  }

  private static List<String> topology(JsonNode topology) {
    return List.of(
        "%s services, %s other nodes"
            .formatted(topology.path("services").asText(), topology.path("otherNodes").asText()),
        "tasks: "
            + Texts.counts(topology.path("tasks"))
            + "; told by: "
            + Texts.counts(topology.path("tasksBySource")));
  }

  private static List<String> takeover(JsonNode takeover, Ink ink) {
    List<String> texts = new ArrayList<>();
    if (!takeover.path("foothold").isTextual()) {
      texts.add(
          "mode %s: %s".formatted(takeover.path("mode").asText(), takeover.path("why").asText()));
    } else if (takeover.path("released").asBoolean()) {
      texts.add(ink.bad("released: all ports are with Docker's mesh") + " (see tidegate release)");
    } else {
      texts.add(
          "%d ports, whose clients Docker's mesh brings to %s"
              .formatted(takeover.path("ports").size(), takeover.path("foothold").asText()));
    }
    if (takeover.has("error")) {
      texts.add(
          ink.bad(takeover.path("error").asText())
              + ", %s failures".formatted(takeover.path("failures").asText()));
    }
    return texts;
  }

  private static List<String> traffic(JsonNode traffic) {
    List<String> texts = new ArrayList<>();
    texts.add("published ports: " + calls(traffic.path("ports")));
    traffic
        .path("networks")
        .properties()
        .forEach(
            network ->
                texts.add(
                    "virtual IPs on %s: %s"
                        .formatted(network.getKey(), calls(network.getValue()))));
    return texts;
  }

  private static String calls(JsonNode calls) {
    return "%s active, %s relayed, %s failed"
        .formatted(
            calls.path("active").asText(),
            calls.path("relayed").asText(),
            calls.path("failed").asText());
  }

  private static String table(JsonNode status) {
    JsonNode table = status.path("table");
    JsonNode listeners = status.path("listeners");
    String text =
        "version %s, %s old, %s routes, %s of %s ports bound"
            .formatted(
                table.path("version").asText(),
                Texts.age(table.path("ageSeconds")),
                table.path("routes").asText(),
                listeners.path("bound").asText(),
                listeners.path("of").asText());
    return table.has("virtualRoutes")
        ? "%s; %s routes of virtual IPs".formatted(text, table.path("virtualRoutes").asText())
        : text;
  }

  private static void addLags(List<String> lines, String source, JsonNode lags) {
    addLag(lines, source + ", since written", lags.path("sinceWritten"));
    addLag(lines, source + ", since heard", lags.path("sinceHeard"));
  }

  private static void addLag(List<String> lines, String what, JsonNode millis) {
    if (!millis.isMissingNode()) {
      lines.add(
          "%-30s  p50 %s, p90 %s, p99 %s, max %s (%s changes)"
              .formatted(
                  what,
                  Texts.millis(millis.path("p50").asDouble()),
                  Texts.millis(millis.path("p90").asDouble()),
                  Texts.millis(millis.path("p99").asDouble()),
                  Texts.millis(millis.path("max").asDouble()),
                  millis.path("count").asText()));
    }
  }
}
