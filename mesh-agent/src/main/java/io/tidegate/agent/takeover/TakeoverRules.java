package io.tidegate.agent.takeover;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * The rules that bring clients of Docker's mesh to the agent, as text for nft.
 *
 * <p>Docker has the packets of published ports come to an address of {@code ingress_sbox}, and
 * marks them there for IPVS. A rule of ours comes right after that, and gives them another mark and
 * to a socket of the agent; so IPVS never sees them. Where the agent has no socket, {@code tproxy}
 * breaks the rule off, nothing has changed, and the packet goes on to IPVS: that is what makes an
 * agent's death harmless, and why nothing stands before {@code tproxy} that would last.
 *
 * <p>The kernel's connection tracking tells which flows are new. Of those of UDP that are the
 * agent's it must then forget at once: it would remember them as ones whose address is not
 * translated, and IPVS could not serve them when the agent is gone, for as long as the client goes
 * on. So it sees their first datagram alone, for two seconds, and a set of ours remembers them. A
 * client that had just begun when the agent died is tracked in a zone apart, where nothing is known
 * of it yet; what comes back to it is found in either.
 *
 * @param address the one that Docker has packets come to
 * @param port where the agent's sockets for all ports are, of either protocol
 * @param mark of packets and connections that are the agent's
 */
record TakeoverRules(String address, int port, int mark) {

  /** What the chain's name begins with; the port follows. */
  static final String CHAIN = "port_";

  /**
   * What outlasts a change of the ports: which flows of UDP the agent has, those whose first
   * datagram the connection tracking may still know, and those that are Docker's although it does.
   */
  static final String MEMORY =
      """
        ct timeout brief {
          protocol udp
          l3proto ip
          policy = { unreplied : 2, replied : 2 }
        }
        set had {
          type ipv4_addr . inet_service . inet_service
          size 65536
          flags dynamic,timeout
          timeout 2m
        }
        set fresh {
          type ipv4_addr . inet_service . inet_service
          size 65536
          flags dynamic,timeout
          timeout 3s
        }
        set moved {
          type ipv4_addr . inet_service . inet_service
          size 65536
          flags dynamic,timeout
          timeout 2m
        }
      """;

  // Nobody else has one in Docker's namespace.
  private static final int ZONE = 0x7467;

  // New alone would also be what IPVS has and no task has answered yet.
  private static final String FIRST = "ct state new ct status & confirmed == 0";

  private static final String FLOW = "ip saddr . udp sport . udp dport";

  // Before the connection tracking, at -200.
  private static final int UNTRACKED_PRIORITY = -300;

  // Docker marks at -150 (mangle), and would translate addresses at -100.
  private static final int PRIORITY = -140;

  TakeoverRules(Destination destination) {
    this(destination.address(), destination.port(), destination.mark());
  }

  /** The name of the chain, which says whose rules are in force. */
  String chain() {
    return CHAIN + port;
  }

  /**
   * All chains with their rules.
   *
   * @param ports those whose new clients are brought here; all others keep those that they have
   */
  String text(Collection<PublishedPort> ports) {
    return untracked()
        + chain(
            chain(),
            "prerouting",
            PRIORITY,
            // Those that the agent has, whatever becomes of the ports.
            taking(Protocol.TCP, "meta l4proto tcp ct mark %#x".formatted(mark), "", ""),
            taking(Protocol.UDP, "meta l4proto udp ct state untracked", "", ""),
            taking(Protocol.UDP, "meta l4proto udp ct mark %#x".formatted(mark), "", ""),
            newTcp(numbers(ports, Protocol.TCP)),
            newUdp(numbers(ports, Protocol.UDP)));
  }

  /** Keeps the agent's flows of UDP from the connection tracking. */
  private String untracked() {
    return chain(
            "before",
            "prerouting",
            UNTRACKED_PRIORITY,
            rule(
                "ip daddr %%2$s %%1$s @moved update @moved { %%1$s } ct original zone set %d accept"
                    .formatted(ZONE)),
            rule(
                "ip daddr %2$s %1$s @had tproxy ip to %2$s:%3$d update @had { %1$s } notrack accept"),
            rule("ip daddr %2$s %1$s @fresh tproxy ip to %2$s:%3$d accept"),
            // From here on there is no agent. IPVS has what comes, as soon as it looks new.
            rule("ip daddr %2$s %1$s @had delete @had { %1$s }"),
            rule(
                "ip daddr %%2$s %%1$s @fresh delete @fresh { %%1$s } update @moved { %%1$s } ct original zone set %d"
                    .formatted(ZONE)))
        + chain(
            "answers",
            "output",
            UNTRACKED_PRIORITY,
            rule("ip saddr %2$s ip daddr . udp dport . udp sport @had notrack"));
  }

  private String rule(String text) {
    return "    " + text.formatted(FLOW, address, port) + "\n";
  }

  private static String chain(String name, String hook, int priority, String... rules) {
    return "  chain %s {\n    type filter hook %s priority %d; policy accept;\n%s  }\n"
        .formatted(name, hook, priority, String.join("", rules));
  }

  /**
   * What IPVS has already goes on there. A connection that the kernel has lost sight of looks new
   * as well, but does not begin with a SYN.
   */
  private String newTcp(String numbers) {
    return numbers.isEmpty()
        ? ""
        : taking(
            Protocol.TCP,
            "tcp dport { %s } tcp flags & (fin | syn | rst | ack) == syn %s"
                .formatted(numbers, FIRST),
            "ct mark set %#x ".formatted(mark),
            "");
  }

  /** What is remembered comes last: where a set is full, the rule goes no further. */
  private String newUdp(String numbers) {
    return numbers.isEmpty()
        ? ""
        : taking(
            Protocol.UDP,
            "udp dport { %s } %s".formatted(numbers, FIRST),
            "ct mark set %#x ct timeout set \"brief\" ".formatted(mark),
            "update @had { %1$s } update @fresh { %1$s } ".formatted(FLOW));
  }

  private static String numbers(Collection<PublishedPort> ports, Protocol protocol) {
    return ports.stream()
        .filter(port -> port.protocol() == protocol)
        .map(PublishedPort::number)
        .sorted()
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  /**
   * IPVS remembers flows of UDP for longer than the connection tracking does, five minutes, and
   * takes their datagrams whatever their mark is; but none that look like broadcast.
   */
  private static String hiding(Protocol protocol) {
    return protocol == Protocol.UDP ? "meta pkttype set broadcast " : "";
  }

  private String taking(Protocol protocol, String match, String lasting, String remembered) {
    return rule(
        "ip daddr %%2$s %s tproxy ip to %%2$s:%%3$d %smeta mark set %#x %saccept"
            .formatted(match, hiding(protocol) + lasting, mark, remembered));
  }
}
