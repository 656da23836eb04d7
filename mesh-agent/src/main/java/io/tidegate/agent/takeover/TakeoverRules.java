package io.tidegate.agent.takeover;

import io.tidegate.proxy.Foothold;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.util.Collection;
import java.util.List;
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
 * @param address the one that Docker has packets come to
 * @param port where the agent's sockets for all ports are, of either protocol
 * @param mark of packets and connections that are the agent's
 */
record TakeoverRules(String address, int port, int mark) {

  /** What the chain's name begins with; the port follows. */
  static final String CHAIN = "port_";

  // Docker marks at -150 (mangle), and would translate addresses at -100.
  private static final int PRIORITY = -140;

  /** The name of the chain, which says whose rules are in force. */
  String chain() {
    return CHAIN + port;
  }

  /** Some of every kind, to ask whether they can be had. */
  static String examples(Foothold foothold, int mark) {
    return new TakeoverRules(foothold.address().getHostAddress(), 1, mark)
        .text(List.of(PublishedPort.tcp(1), new PublishedPort(1, Protocol.UDP)));
  }

  /**
   * The chain with all its rules.
   *
   * @param ports those whose new clients are brought here; all others keep those that they have
   */
  String text(Collection<PublishedPort> ports) {
    StringBuilder text = new StringBuilder();
    text.append("  chain %s {\n".formatted(chain()));
    text.append(
        "    type filter hook prerouting priority %d; policy accept;\n".formatted(PRIORITY));
    // Those that the agent has, whatever becomes of the ports.
    text.append(rule("meta l4proto tcp ct mark %#x".formatted(mark), ""));
    text.append(rule("meta l4proto udp ct mark %#x".formatted(mark), ""));
    text.append(taken(ports, Protocol.TCP, "tcp flags & (fin | syn | rst | ack) == syn "));
    text.append(taken(ports, Protocol.UDP, ""));
    return text.append("  }\n").toString();
  }

  /**
   * New clients alone: what IPVS has already goes on there. A connection of TCP that the kernel has
   * lost sight of looks new as well, but does not begin with a SYN.
   */
  private String taken(Collection<PublishedPort> ports, Protocol protocol, String which) {
    String numbers =
        ports.stream()
            .filter(port -> port.protocol() == protocol)
            .map(PublishedPort::number)
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    return numbers.isEmpty()
        ? ""
        : rule(
            "%s dport { %s } %sct state new".formatted(protocol, numbers, which),
            "ct mark set %#x ".formatted(mark));
  }

  private String rule(String match, String lasting) {
    return "    ip daddr %1$s %2$s tproxy ip to %1$s:%3$d %4$smeta mark set %5$#x accept\n"
        .formatted(address, match, port, lasting, mark);
  }
}
