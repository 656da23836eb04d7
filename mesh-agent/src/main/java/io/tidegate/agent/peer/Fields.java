package io.tidegate.agent.peer;

import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.util.List;

/** Checks of single fields: what is refused is named with its value and what is allowed. */
final class Fields {

  static final int MAX_ID_CHARS = 128;

  private Fields() {}

  static String id(String field, String value) throws RefusedException {
    if (value.isEmpty()) {
      throw malformed(field + ": empty (expected: 1 to " + MAX_ID_CHARS + " characters)");
    }
    return text(field, value);
  }

  static String text(String field, String value) throws RefusedException {
    if (value.length() > MAX_ID_CHARS) {
      throw malformed(
          field + ": " + value.length() + " (expected: at most " + MAX_ID_CHARS + " characters)");
    }
    return value;
  }

  static long between(String field, long value, long from, long to) throws RefusedException {
    if (value < from || value > to) {
      throw malformed(field + ": " + value + " (expected: " + from + " to " + to + ")");
    }
    return value;
  }

  static <T> T of(List<T> values, String field, int number) throws RefusedException {
    return values.get((int) between(field, number, 0, values.size() - 1));
  }

  static RefusedException malformed(String detail) {
    return new RefusedException(Refusal.MALFORMED, detail);
  }
}
