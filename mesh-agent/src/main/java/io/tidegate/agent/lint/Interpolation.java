package io.tidegate.agent.lint;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Docker makes of {@code ${PORT:-8080}} and {@code $$} where no variable is set. */
final class Interpolation {

  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:(\\$)|\\{\\w+:?-([^}$]*)\\}|\\{[^}]*\\}|\\w+)");

  private Interpolation() {}

  /** The text with defaults for variables, or null if a variable has none. */
  static @Nullable String of(String text) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      String value = matcher.group(1) != null ? "$" : matcher.group(2);
      if (value == null) {
        return null;
      }
      matcher.appendReplacement(result, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(result).toString();
  }
}
