package io.tidegate.agent.admin;

import io.tidegate.agent.labels.Nearest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark: few parameters, short values, each name once. */
final class Query {

  private static final int MOST_CHARACTERS = 512;
  private static final int MOST_VALUE_CHARACTERS = 128;

  private final @Nullable String raw;

  /**
   * @param raw as it was sent, or null for none; looked at only by pages that take parameters
   */
  Query(@Nullable String raw) {
    this.raw = raw;
  }

  /**
   * The parameters by name.
   *
   * @param known the names that the page takes
   * @throws QueryException naming what is wrong
   */
  Map<String, String> parameters(List<String> known) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (raw == null || raw.isEmpty()) {
      return parameters;
    }
    if (raw.length() > MOST_CHARACTERS) {
      throw new QueryException(
          "query: %d characters (expected: at most %d)".formatted(raw.length(), MOST_CHARACTERS));
    }
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      if (!known.contains(name)) {
        throw new QueryException(
            name + ": unknown parameter (nearest: " + Nearest.of(name, known) + ")");
      }
      if (parameters.put(name, value(name, equals < 0 ? "" : pair.substring(equals + 1))) != null) {
        throw new QueryException(name + ": given twice (expected: once)");
      }
    }
    return parameters;
  }

  private static String value(String name, String encoded) {
    String value = decode(encoded);
    if (value.isEmpty() || value.length() > MOST_VALUE_CHARACTERS) {
      throw new QueryException(
          "%s: %d characters (expected: 1 to %d)"
              .formatted(name, value.length(), MOST_VALUE_CHARACTERS));
    }
    return value;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new QueryException(text + ": cannot be decoded (expected: %XX, as in %3A8080)");
    }
  }
}
