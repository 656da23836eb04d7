package io.tidegate.agent.labels;

import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as people write them: {@code PING\r\n}, {@code \x00\x01}. */
final class PayloadText {

  private static final int MOST_BYTES = 1_024;
  private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-fA-F]{2}|.?)");

  private PayloadText() {}

  /**
   * Parses text with escapes; what is not ASCII stands for its UTF-8.
   *
   * @return each byte as a character up to 255
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  static String parse(String text) {
    String utf8 = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    String bytes =
        ESCAPE.matcher(utf8).replaceAll(escape -> Matcher.quoteReplacement(unescape(text, escape)));
    if (bytes.isEmpty() || bytes.length() > MOST_BYTES) {
      throw new IllegalArgumentException(
          "%d bytes (expected: 1 to %d)".formatted(bytes.length(), MOST_BYTES));
    }
    return bytes;
  }

  private static String unescape(String text, MatchResult escape) {
    String code = escape.group(1);
    return switch (code) {
      case "r" -> "\r";
      case "n" -> "\n";
      case "t" -> "\t";
      case "\\" -> "\\";
      case String hex when hex.length() == 3 ->
          Character.toString(Integer.parseInt(hex.substring(1), 16));
      default ->
          throw new IllegalArgumentException(
              text + " (expected: \\r, \\n, \\t, \\\\ or \\x00 to \\xff, not \\" + code + ")");
    };
  }
}
