package io.tidegate.agent.lint;

import io.tidegate.agent.lint.LintedService.LintedPort;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a compose file, in the short form, {@code 127.0.0.1:3000-3005:80-85/tcp}, and the
 * long one. Those that are not fixed and those that Docker would refuse are left out.
 */
final class ComposePorts {

  private static final int MOST_PORTS = 65_535;

  private record Range(int first, int last) {

    int length() {
      return last - first + 1;
    }
  }

  private ComposePorts() {}

  /** The short form: what is published stands before the last colon. */
  static List<LintedPort> fromText(String written, int line) {
    String text = Interpolation.of(written);
    int colon = text == null ? -1 : text.lastIndexOf(':');
    if (text == null || colon < 0) {
      return List.of();
    }
    String before = text.substring(0, colon);
    String published = before.substring(before.lastIndexOf(':') + 1);
    String[] target = text.substring(colon + 1).split("/", 2);
    return ports(published, target[0], target.length > 1 ? target[1] : "tcp", false, line);
  }

  /** The long form. */
  static List<LintedPort> fromMap(Map<String, String> fields, int line) {
    boolean isHostMode = fields.getOrDefault("mode", "ingress").equals("host");
    return ports(
        fields.getOrDefault("published", ""),
        fields.getOrDefault("target", ""),
        fields.getOrDefault("protocol", "tcp"),
        isHostMode,
        line);
  }

  private static List<LintedPort> ports(
      String published, String target, String protocol, boolean isHostMode, int line) {
    Range from = range(published);
    Range to = range(target);
    if (from == null || to == null || from.length() != to.length()) {
      return List.of();
    }
    if (!protocol.equals("tcp") && !protocol.equals("udp")) {
      return List.of();
    }
    List<LintedPort> ports = new ArrayList<>();
    for (int i = 0; i < from.length(); i++) {
      PublishedPort port = new PublishedPort(from.first + i, Protocol.parse(protocol));
      ports.add(new LintedPort(port, to.first + i, isHostMode, line));
    }
    return ports;
  }

  private static @Nullable Range range(String written) {
    String text = Interpolation.of(written);
    if (text == null || !text.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
      return null;
    }
    String[] ends = text.split("-", 2);
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[ends.length - 1]);
    return first < 1 || last > MOST_PORTS || last < first ? null : new Range(first, last);
  }
}
