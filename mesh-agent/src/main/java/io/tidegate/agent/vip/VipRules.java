package io.tidegate.agent.vip;

/**
 * The rules that bring clients of virtual addresses to the agent, as text for nft, in the sandbox
 * that Docker has on a network. They are those of a takeover of published ports, and fail open as
 * those do: where the agent has no socket, {@code tproxy} breaks a rule off before it has changed
 * anything, and what comes is IPVS's where the kernel has that. Other than there, Docker marks
 * packets for IPVS at input, behind routing; so ours lose that mark there.
 *
 * <p>IPVS knows a client's port for two minutes after a connection has ended, and takes whatever
 * comes from there again, marked or not. So a connection is only asked for at first, and becomes
 * the agent's behind IPVS, if it still comes by there: on one that IPVS has, answers that go
 * through the sandbox would be taken for the agent's, and be dropped.
 *
 * <p>The addresses are in a set, so that they change without the rules. What the agent has already
 * stays with it, whatever becomes of the set.
 *
 * @param address of the sandbox itself
 * @param port where the agent's sockets for all addresses and ports are, of either protocol
 */
record VipRules(String address, int port) {

  /** Of all packets and connections that are the agent's; Docker's count up from 0x100. */
  static final int MARK = 0x7476;

  // Of connections that IPVS has not left to the agent yet.
  private static final int ASKED = 0x7475;

  /** What the chain's name begins with; the port follows. */
  static final String CHAIN = "port_";

  /** The set of the addresses. */
  static final String ADDRESSES = "addresses";

  /**
   * What outlasts a change of the rules: the addresses, which flows of UDP the agent has, those
   * whose first datagram the connection tracking may still know, and those that are Docker's
   * although it does.
   */
  static final String MEMORY =
      """
        ct timeout brief {
          protocol udp
          l3proto ip
          policy = { unreplied : 2, replied : 2 }
        }
        set addresses {
          type ipv4_addr
        }
      """
          + flows("had", "2m")
          + flows("fresh", "3s")
          + flows("moved", "2m");

  private static final String FLOW = "ip saddr . udp sport . ip daddr . udp dport";

  // New alone would also be what IPVS has and no task has answered yet.
  private static final String FIRST = "ct state new ct status & confirmed == 0";

  // Nobody else has one in Docker's namespace.
  private static final int ZONE = MARK;

  // Before the connection tracking, at -200.
  private static final int UNTRACKED_PRIORITY = -300;

  // Docker marks at -150 (mangle); IPVS takes what is marked at 98 and 99 of input.
  private static final int PRIORITY = -140;
  private static final int BEHIND_IPVS = 110;

  private static final String SYN = "tcp flags & (fin | syn | rst | ack) == syn";

  private static String flows(String name, String timeout) {
    return """
        set %s {
          type ipv4_addr . inet_service . ipv4_addr . inet_service
          size 65536
          flags dynamic,timeout
          timeout %s
        }
      """
        .formatted(name, timeout);
  }

  /** The name of the chain, which says whose rules are in force. */
  String chain() {
    return CHAIN + port;
  }

  /** All chains with their rules. */
  String text() {
    return before() + taking() + inward() + kept() + outward();
  }

  /** Keeps the agent's flows of UDP from the connection tracking. */
  private String before() {
    return chain(
        "before",
        "prerouting",
        UNTRACKED_PRIORITY,
        own("accept"),
        rule("$flow @moved update @moved { $flow } ct original zone set $zone accept"),
        rule("$flow @had tproxy ip to $socket update @had { $flow } notrack accept"),
        rule("$flow @fresh tproxy ip to $socket accept"),
        // From here on there is no agent. IPVS has what comes, as soon as it looks new.
        rule("$flow @had delete @had { $flow }"),
        rule(
            "$flow @fresh delete @fresh { $flow } update @moved { $flow } ct original zone set $zone"));
  }

  /** IPVS leaves what looks like broadcast alone: it may know a flow of UDP for long. */
  private String taking() {
    return chain(
        chain(),
        "prerouting",
        PRIORITY,
        own("accept"),
        rule("meta l4proto tcp ct mark $mark tproxy ip to $socket accept"),
        rule(
            "meta l4proto udp ct state untracked tproxy ip to $socket meta pkttype set broadcast accept"),
        rule(
            "meta l4proto udp ct mark $mark tproxy ip to $socket meta pkttype set broadcast accept"),
        rule("ip daddr @$addresses $syn $first tproxy ip to $socket ct mark set $asked accept"),
        // What is remembered comes last: where a set is full, the rule goes no further.
        rule(
            "ip daddr @$addresses meta l4proto udp $first tproxy ip to $socket"
                + " meta pkttype set broadcast ct mark set $mark ct timeout set \"brief\""
                + " update @had { $flow } update @fresh { $flow } accept"));
  }

  private String inward() {
    return chain(
        "inward",
        "input",
        PRIORITY,
        rule("meta l4proto tcp ct mark { $mark, $asked } meta mark set $mark"),
        own("meta mark set $mark"));
  }

  private String kept() {
    return chain("kept", "input", BEHIND_IPVS, rule("$syn ct mark $asked ct mark set $mark"));
  }

  /** Answers, and what the agent says in the name of clients to have them refused. */
  private String outward() {
    return chain(
        "outward",
        "output",
        UNTRACKED_PRIORITY,
        rule("ip daddr . udp dport . ip saddr . udp sport @had notrack"),
        rule("oif lo meta l4proto udp notrack"));
  }

  /** What the sandbox sends to itself, which nobody but the agent does. */
  private String own(String what) {
    return rule("iif lo " + what);
  }

  private String rule(String text) {
    return "    "
        + text.replace("$flow", FLOW)
            .replace("$first", FIRST)
            .replace("$syn", SYN)
            .replace("$socket", address + ":" + port)
            .replace("$addresses", ADDRESSES)
            .replace("$zone", Integer.toString(ZONE))
            .replace("$mark", "0x" + Integer.toHexString(MARK))
            .replace("$asked", "0x" + Integer.toHexString(ASKED))
        + "\n";
  }

  private static String chain(String name, String hook, int priority, String... rules) {
    return "  chain %s {\n    type filter hook %s priority %d; policy accept;\n%s  }\n"
        .formatted(name, hook, priority, String.join("", rules));
  }
}
