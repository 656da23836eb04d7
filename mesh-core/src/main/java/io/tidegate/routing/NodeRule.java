package io.tidegate.routing;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a service asks of the nodes that serve its ports, in the words of Swarm's placement
 * constraints, and meant as there: keys and values are compared in whatever case, names of labels
 * as they are; a label that a node does not have is an empty one. Prints as {@code
 * node.labels.zone==a}.
 *
 * @param isEqual whether the value must be this one, or must not
 */
public record NodeRule(String key, boolean isEqual, String value) {

  /** The most that a service may have. */
  public static final int MOST = 64;

  private static final String NODE_LABELS = "node.labels.";
  private static final String ENGINE_LABELS = "engine.labels.";
  private static final String IP = "node.ip";
  private static final Set<String> KEYS =
      Set.of("node.id", "node.hostname", IP, "node.role", "node.platform.os", "node.platform.arch");
  private static final Pattern KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]+");
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9:\\-_\\s.*()?+\\[\\]\\\\^$|/]+");

  /**
   * Parses {@code KEY==VALUE} or {@code KEY!=VALUE}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static NodeRule parse(String text) {
    int equal = text.indexOf("==");
    int operator = equal >= 0 ? equal : text.indexOf("!=");
    if (operator < 0) {
      throw refused(text, "KEY==VALUE or KEY!=VALUE, as in node.labels.zone==a");
    }
    String key = text.substring(0, operator).strip();
    String value = text.substring(operator + 2).strip();
    if (!KEY.matcher(key).matches() || !isKnown(key.toLowerCase(Locale.ROOT))) {
      throw refused(
          text,
          "node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch,"
              + " node.labels.NAME or engine.labels.NAME, not "
              + key);
    }
    if (!VALUE.matcher(value).matches()) {
      throw refused(text, "a value of letters, digits, spaces and -_.:/*()?+[]\\^$|");
    }
    NodeRule rule = new NodeRule(key, equal >= 0, value);
    if (key.equalsIgnoreCase(IP)) {
      Cidr.parse(value);
    }
    return rule;
  }

  private static boolean isKnown(String key) {
    return KEYS.contains(key)
        || (key.startsWith(NODE_LABELS) && key.length() > NODE_LABELS.length())
        || (key.startsWith(ENGINE_LABELS) && key.length() > ENGINE_LABELS.length());
  }

  private static IllegalArgumentException refused(String text, String expected) {
    return new IllegalArgumentException("%s (expected: %s)".formatted(text, expected));
  }

  /** Whether a node is as is asked. */
  public boolean holds(NodeTraits node) {
    boolean matches =
        key.equalsIgnoreCase(IP) ? isAt(node.address()) : value.equalsIgnoreCase(valueOf(node));
    return matches == isEqual;
  }

  /** What the node has there, empty for nothing. */
  public String valueOf(NodeTraits node) {
    String lower = key.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "node.id" -> node.id();
      case "node.hostname" -> node.hostname();
      case IP -> node.address();
      case "node.role" -> node.role();
      case "node.platform.os" -> node.os();
      case "node.platform.arch" -> node.arch();
      default ->
          lower.startsWith(NODE_LABELS)
              ? node.labels().getOrDefault(key.substring(NODE_LABELS.length()), "")
              : node.engineLabels().getOrDefault(key.substring(ENGINE_LABELS.length()), "");
    };
  }

  private boolean isAt(String address) {
    try {
      Cidr alone = Cidr.of(InetAddress.ofLiteral(address));
      return Cidr.parse(value).contains(alone.network(), alone.host());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return key + (isEqual ? "==" : "!=") + value;
  }
}
