package io.tidegate.routing;

import java.time.Duration;
import java.util.List;

/**
 * How a route treats its clients.
 *
 * @param balance how it chooses among its endpoints; the label {@code tidegate.balance}
 * @param udpResponses after how many answers to each of its datagrams a UDP client's session ends,
 *     or 0 for when nothing has come for a while; the label {@code tidegate.udp.responses}
 * @param limits how many clients it takes
 * @param parking how TCP clients wait where no task takes them
 * @param slowStart for how long an endpoint that becomes ready is led up to its share, or zero for
 *     its whole share at once; the label {@code tidegate.slow-start}
 * @param check how tasks are asked whether they are well
 * @param access which clients it takes
 * @param clientAddress how it learns who they are, and how its tasks do
 * @param bind where its port is bound on each node; the label {@code tidegate.bind}
 * @param nodes which nodes serve its port, those for which all of this holds; the label {@code
 *     tidegate.nodes}
 * @param hop by which way clients are passed to other nodes' agents; the label {@code tidegate.hop}
 */
public record Policy(
    BalancingPolicy balance,
    int udpResponses,
    Timeouts timeouts,
    Limits limits,
    Parking parking,
    Duration slowStart,
    HealthCheck check,
    Access access,
    ClientAddress clientAddress,
    Bind bind,
    List<NodeRule> nodes,
    HopWay hop) {

  /** The longest that {@code slowStart} may be; checked when the policies below are made. */
  public static final Duration LONGEST_SLOW_START = Duration.ofHours(1);

  /** What is in force where nothing was declared. */
  public static final Policy DEFAULT = Policy.of(BalancingPolicy.P2C);

  /** The most that {@code udpResponses} may be. */
  public static final int MOST_RESPONSES = 65_535;

  public Policy {
    nodes = List.copyOf(nodes);
    check(nodes.size(), NodeRule.MOST);
    check(udpResponses, MOST_RESPONSES);
    if (slowStart.isNegative() || slowStart.compareTo(LONGEST_SLOW_START) > 0) {
      throw new IllegalArgumentException(
          slowStart + " (expected: 0 to " + LONGEST_SLOW_START + ")");
    }
  }

  /** A policy without timeouts and limits of its own. */
  public Policy(BalancingPolicy balance, int udpResponses) {
    this(
        balance,
        udpResponses,
        Timeouts.NONE,
        Limits.NONE,
        Parking.DEFAULT,
        Duration.ZERO,
        HealthCheck.OFF,
        Access.OPEN,
        ClientAddress.DEFAULT,
        Bind.OF_AGENT,
        List.of(),
        HopWay.AUTO);
  }

  /** The policy with the given way to balance and everything else as by default. */
  public static Policy of(BalancingPolicy balance) {
    return new Policy(balance, 0);
  }

  public Policy withBalance(BalancingPolicy other) {
    return new Policy(
        other,
        udpResponses,
        timeouts,
        limits,
        parking,
        slowStart,
        check,
        access,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  public Policy withUdpResponses(int other) {
    return new Policy(
        balance,
        other,
        timeouts,
        limits,
        parking,
        slowStart,
        check,
        access,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  public Policy withTimeouts(Timeouts other) {
    return new Policy(
        balance,
        udpResponses,
        other,
        limits,
        parking,
        slowStart,
        check,
        access,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  public Policy withLimits(Limits other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        other,
        parking,
        slowStart,
        check,
        access,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  /** The policy with another limit of the clients that there may be at once. */
  public Policy withConnections(int other) {
    return withLimits(limits.withConnections(other));
  }

  public Policy withParking(Parking other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        other,
        slowStart,
        check,
        access,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  public Policy withSlowStart(Duration other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        parking,
        other,
        check,
        access,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  public Policy withCheck(HealthCheck other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        parking,
        slowStart,
        other,
        access,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  public Policy withAccess(Access other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        parking,
        slowStart,
        check,
        other,
        clientAddress,
        bind,
        nodes,
        hop);
  }

  public Policy withClientAddress(ClientAddress other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        parking,
        slowStart,
        check,
        access,
        other,
        bind,
        nodes,
        hop);
  }

  public Policy withBind(Bind other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        parking,
        slowStart,
        check,
        access,
        clientAddress,
        other,
        nodes,
        hop);
  }

  public Policy withNodes(List<NodeRule> others) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        parking,
        slowStart,
        check,
        access,
        clientAddress,
        bind,
        others,
        hop);
  }

  public Policy withHop(HopWay other) {
    return new Policy(
        balance,
        udpResponses,
        timeouts,
        limits,
        parking,
        slowStart,
        check,
        access,
        clientAddress,
        bind,
        nodes,
        other);
  }

  /** Whether clients go to tasks of other nodes by TLS, or not at all. */
  public boolean isTlsOnly() {
    return hop == HopWay.TLS;
  }

  /**
   * The same for clients of virtual addresses: who may come, how they are known, where the port is
   * and how clients are passed on, services say of their published ports alone.
   */
  public Policy insideNetworks() {
    return access.equals(Access.OPEN)
            && clientAddress.equals(ClientAddress.DEFAULT)
            && bind.equals(Bind.OF_AGENT)
            && nodes.isEmpty()
            && hop == HopWay.AUTO
        ? this
        : withAccess(Access.OPEN)
            .withClientAddress(ClientAddress.DEFAULT)
            .withBind(Bind.OF_AGENT)
            .withNodes(List.of())
            .withHop(HopWay.AUTO);
  }

  private static void check(int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(value + " (expected: 0 to " + most + ")");
    }
  }
}
