package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Single values of the agent's answers as people read them. */
final class Texts {

  private static final int SHORT_ID = 12;
  private static final int MINUTE = 60;
  private static final int HOUR = 3_600;
  private static final int DAY = 86_400;
  private static final double FEW = 10;

  private Texts() {}

  /** As in {@code 3.1s}, {@code 42s}, {@code 5m}, {@code 3h}, {@code 12d}; a dash for none. */
  static String age(JsonNode seconds) {
    return seconds.isNumber() ? age(seconds.asDouble()) : "-";
  }

  static String age(double seconds) {
    if (seconds < 0) {
      return "-" + age(-seconds);
    }
    if (seconds < MINUTE) {
      return String.format(Locale.ROOT, seconds < FEW ? "%.1fs" : "%.0fs", seconds);
    }
    long whole = (long) seconds;
    return whole < HOUR
        ? whole / MINUTE + "m"
        : whole < DAY ? whole / HOUR + "h" : whole / DAY + "d";
  }

  /** As in {@code 0.42 ms}, {@code 42.1 ms}, {@code 3.2 s}. */
  static String millis(double millis) {
    double size = Math.abs(millis);
    return size >= 10_000
        ? age(millis / 1e3)
        : size >= 1_000
            ? String.format(Locale.ROOT, "%.2f s", millis / 1e3)
            : String.format(Locale.ROOT, size < FEW ? "%.2f ms" : "%.1f ms", millis);
  }

  /** The beginning of an id, which is as good as all of it to people. */
  static String shortId(String id) {
    return id.substring(0, Math.min(id.length(), SHORT_ID));
  }

  /** The hostname, or what is known of the id. */
  static String node(JsonNode answer) {
    String hostname = answer.path("hostname").asText();
    return hostname.isEmpty() ? shortId(answer.path("node").asText()) : hostname;
  }

  /** As in {@code 3 ready, 1 draining}, for an object of numbers. */
  static String counts(JsonNode counts) {
    List<String> texts = new ArrayList<>();
    counts
        .properties()
        .forEach(entry -> texts.add(entry.getValue().asText() + " " + entry.getKey()));
    return texts.isEmpty() ? "none" : String.join(", ", texts);
  }

  /** As in {@code web (docker)}. */
  static String claim(JsonNode claim) {
    return "%s (%s)".formatted(claim.path("service").asText(), claim.path("by").asText());
  }

  /**
   * As in {@code web (docker) keeps it, api (label) goes without}; where ranges overlap, with the
   * port that is kept.
   */
  static String clash(JsonNode clash) {
    List<String> others = new ArrayList<>();
    clash.path("others").forEach(other -> others.add(claim(other)));
    String kept = clash.path("keeper").path("port").asText();
    boolean isSame = kept.isEmpty() || kept.equals(clash.path("port").asText());
    return "%s keeps %s, %s without"
        .formatted(
            claim(clash.path("keeper")),
            isSame ? "it" : kept,
            String.join(", ", others) + (others.size() == 1 ? " goes" : " go"));
  }

  /** As in {@code a, b and 3 more}: as many as there is room for, the first in any case. */
  static String inOneLine(JsonNode values, int room) {
    StringBuilder line = new StringBuilder(values.path(0).asText());
    for (int i = 1; i < values.size(); i++) {
      String next = ", " + values.path(i).asText();
      if (line.length() + next.length() > room) {
        return line + " and " + (values.size() - i) + " more";
      }
      line.append(next);
    }
    return line.toString();
  }

  /** A word and what belongs to it, one below the other. */
  static void field(List<String> lines, String word, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      lines.add("%-12s%s".formatted(i == 0 ? word : "", values.get(i)));
    }
  }
}
