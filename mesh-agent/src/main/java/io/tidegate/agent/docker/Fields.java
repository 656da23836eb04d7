package io.tidegate.agent.docker;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What to make of a field that an answer leaves out. */
final class Fields {

  private Fields() {}

  /** Rejects answers that are JSON but not what was asked for. */
  static <T> T required(String field, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("no " + field);
    }
    return value;
  }

  static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  static <T> Map<String, T> orEmpty(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }
}
