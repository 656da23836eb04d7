package io.tidegate.agent.takeover;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The rules that bring the clients of ranges of ports to the agent's sockets, as text for nft.
 *
 * <p>They come behind Docker's: what Docker leads elsewhere has another destination by then. A port
 * on which a program of the node has a socket of its own stays with it. Where the agent has no
 * socket, {@code tproxy} breaks the rule off, and the kernel refuses the client as at any port
 * where nobody listens. No packet is marked, and no route is needed: all of them are for this host.
 *
 * @param port where the agent's sockets are, at 127.0.0.1 and ::1
 * @param isIpv6 whether the node has IPv6
 */
record RangeRules(int port, boolean isIpv6) {

  /** What the chain's name begins with; the port follows. */
  static final String CHAIN = "port_";

  // Docker translates addresses at -100.
  private static final int PRIORITY = -90;

  /**
   * A range and where it is served.
   *
   * @param addresses of the node; that of nobody means all of its family, and {@code ::} all
   */
  record Range(PublishedPort port, List<InetAddress> addresses) {}

  /** The name of the chain, which says whose rules are in force. */
  String chain() {
    return CHAIN + port;
  }

  /** The chains with all their rules. */
  String text(Collection<Range> ranges) {
    StringBuilder text = new StringBuilder();
    text.append("  chain %s {\n".formatted(chain()));
    text.append(
        "    type filter hook prerouting priority %d; policy accept;\n".formatted(PRIORITY));
    portsByMatch(ranges)
        .forEach((match, numbers) -> text.append(rule(match, String.join(", ", numbers))));
    text.append("  }\n  chain here {\n");
    text.append("    fib daddr type != local accept\n");
    text.append("    socket transparent 0 accept\n");
    text.append(tproxy("ip", "127.0.0.1:" + port));
    if (isIpv6) {
      text.append(tproxy("ip6", "[::1]:" + port));
    }
    return text.append("  }\n").toString();
  }

  private static String rule(String match, String numbers) {
    return "    %s dport { %s } jump here\n".formatted(match, numbers);
  }

  private static String tproxy(String family, String to) {
    return "    meta nfproto %s meta l4proto { tcp, udp } tproxy %s to %s accept\n"
        .formatted(family.equals("ip") ? "ipv4" : "ipv6", family, to);
  }

  private Map<String, List<String>> portsByMatch(Collection<Range> ranges) {
    Map<String, List<String>> byMatch = new TreeMap<>();
    for (Range range : ranges) {
      for (String addresses : matches(range.addresses())) {
        Protocol protocol = range.port().protocol();
        byMatch
            .computeIfAbsent(addresses + protocol, _ -> new ArrayList<>())
            .add(range.port().numbers());
      }
    }
    return byMatch;
  }

  /** What a packet's destination has to be; the empty one fits all. */
  private Set<String> matches(List<InetAddress> addresses) {
    return addresses.stream().map(this::match).collect(Collectors.toUnmodifiableSet());
  }

  private String match(InetAddress address) {
    boolean isIpv4 = address instanceof Inet4Address;
    if (address.isAnyLocalAddress()) {
      return isIpv4 ? "meta nfproto ipv4 " : "";
    }
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0
        ? "%s daddr %s ".formatted(isIpv4 ? "ip" : "ip6", text)
        : "iif %s ip6 daddr %s ".formatted(text.substring(scope + 1), text.substring(0, scope));
  }
}
