package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The routes that are not for everybody or not everywhere, for people. */
final class NarrowedText {

  private static final int MOST = 12;

  private NarrowedText() {}

  /** A line for each label of theirs; of very many the first. */
  static List<String> lines(JsonNode routes) {
    List<String> lines = new ArrayList<>();
    for (JsonNode route : routes) {
      String name = route.path("port").asText() + " " + route.path("service").asText() + ": ";
      add(lines, name + "allow ", route.at("/access/allow"));
      add(lines, name + "deny ", route.at("/access/deny"));
      add(lines, name + "bind ", route.path("bind"));
      add(lines, name + "nodes ", route.path("nodes"));
    }
    int more = lines.size() - MOST;
    if (more > 0) {
      lines.subList(MOST, lines.size()).clear();
      lines.add("and " + more + " more (see tidegate routes --json)");
    }
    return lines;
  }

  private static void add(List<String> lines, String begin, JsonNode values) {
    if (!values.isEmpty()) {
      lines.add(begin + Texts.inOneLine(values, Columns.WIDTH / 2));
    }
  }
}
