package io.tidegate.agent.labels;

import static io.tidegate.agent.labels.Label.policy;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.HopWay;
import io.tidegate.routing.Limits;
import io.tidegate.routing.Parking;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of all labels. */
public final class Labels {

  private static final String DURATION = DurationText.TYPE;

  /** The name of the one that asks for health checks. */
  public static final String CHECK = "tidegate.check";

  /** The name of the one that says how tasks learn the addresses of clients. */
  public static final String CLIENT_IP = "tidegate.client-ip";

  /** The name of the one that says what happens where they cannot see them. */
  public static final String CLIENT_IP_FALLBACK = "tidegate.client-ip.fallback";

  /** The name of the one that asks for PROXY protocol headers. */
  public static final String PROXY_IN = "tidegate.proxy-in";

  /** The name of the one that says whose headers count. */
  public static final String PROXY_IN_TRUSTED = "tidegate.proxy-in.trusted";

  /** By which way clients are passed to other nodes' agents. */
  public static final String HOP_WAY = "tidegate.hop";

  private static final String OFF = "off";

  // No task that is told to stop lasts as long.
  private static final Duration NEVER = Timeouts.LONGEST;

  /** Publishes ports without Docker's own mesh. */
  public static final Label PUBLISH =
      new Label(
          "tidegate.publish",
          "`PUBLISHED:TARGET/PROTOCOL`, several with commas between them",
          "none",
          "Ports that Tidegate publishes without Docker's own mesh, as in `8443:443/tcp,5353:53/udp`,"
              + " and ranges of them, `10000-20000:10000-20000/udp` or `10000-20000:7000/udp`;"
              + " without a protocol, TCP. They join those that the service publishes through Docker;"
              + " a port that stands in both is Docker's.",
          (declared, text) -> declared.withPublications(PublishText.parse(text)));

  /** By which way clients are passed to other nodes' agents. */
  private static final Label HOP =
      policy(
          HOP_WAY,
          "`auto`, `overlay` or `tls`",
          "`auto`",
          "How clients are passed to the agent on the node of their task, where they have to be: over"
              + " the ingress network (`overlay`), by mutual TLS between the addresses of the nodes"
              + " (`tls`), or with `auto` over the ingress network where both nodes are on it, else by"
              + " TLS. With `tls` every connection to a task of another node goes that way or not at"
              + " all: it is never seen in the open between nodes. No datagrams are passed by TLS.",
          HopWay::parse,
          Policy::withHop);

  private static final List<Label> OF_TREATMENT =
      List.of(
          PlaceLabels.ALLOW,
          PlaceLabels.DENY,
          PlaceLabels.BIND,
          policy(
              "tidegate.balance",
              "`p2c` or `round-robin`",
              "`p2c`",
              "How a task is chosen: the less busy one of two that are drawn at random, or each in"
                  + " turn.",
              BalancingPolicy::parse,
              Policy::withBalance),
          policy(
              "tidegate.drain.timeout",
              DURATION + ", or `off`",
              "the service's stop grace period, and the 2 s that Swarm waits before the stop signal",
              "By when the TCP connections to a task that is told to stop are reset. Until half of"
                  + " this time they finish as they do; what is left then is reset one by one, those"
                  + " first in which nothing moves, so that clients do not all come back at once. With"
                  + " `off` they last as long as the task. UDP sessions go over to another task with"
                  + " their next datagram.",
              text -> durationOr(NEVER, text, Timeouts.LONGEST),
              (policy, timeout) -> policy.withTimeouts(policy.timeouts().withDrain(timeout))),
          limit(
              "tidegate.limit.connections",
              Limits.MOST_CONNECTIONS,
              "`0`, as many as the node can take",
              "How many clients each published port of the service may have at once on each node:"
                  + " TCP connections from accept to close, or UDP sessions. Further ones are reset,"
                  + " or their datagrams dropped, and counted as `limit`. Clients that were there"
                  + " before the first limit are not counted.",
              Limits::withConnections),
          limit(
              "tidegate.limit.rate",
              Limits.MOST_PER_SECOND,
              "`0`, as many as come",
              "How many clients may begin per second on each published port of each node, and at once"
                  + " after a second without any. Further ones are turned away likewise, and counted"
                  + " as `rate_limit`.",
              Limits::withRate),
          limit(
              "tidegate.limit.source.connections",
              Limits.MOST_CONNECTIONS,
              "`0`, as many as the node can take",
              "Like `tidegate.limit.connections` for each address that clients come from, of IPv6 for"
                  + " its first 64 bits; counted as `source_limit`. Other nodes that help out are not"
                  + " limited. Clients behind one NAT or proxy are one address.",
              Limits::withSourceConnections),
          limit(
              "tidegate.limit.source.rate",
              Limits.MOST_PER_SECOND,
              "`0`, as many as come",
              "Like `tidegate.limit.rate` for each such address; counted as `source_rate_limit`. Those"
                  + " that are turned away take nothing of `tidegate.limit.rate`.",
              Limits::withSourceRate),
          policy(
              "tidegate.parking",
              "0 to " + Parking.MOST_CLIENTS,
              "`" + Parking.DEFAULT.clients() + "`",
              "How many TCP clients each published port of the service may keep waiting on each"
                  + " node while no task takes them, as while its only task is replaced; `0` resets"
                  + " them at once. They count for `tidegate.limit.connections`. Datagrams never"
                  + " wait.",
              text -> wholeNumber(text, Parking.MOST_CLIENTS),
              (policy, clients) -> policy.withParking(policy.parking().withClients(clients))),
          policy(
              "tidegate.parking.timeout",
              DURATION,
              "`" + DurationText.format(Parking.DEFAULT.timeout()) + "`",
              "How long such a client waits, from its accept, before it is reset; at most "
                  + DurationText.format(Parking.LONGEST)
                  + ".",
              text -> duration(text, Parking.LONGEST),
              (policy, timeout) -> policy.withParking(policy.parking().withTimeout(timeout))),
          policy(
              "tidegate.slow-start",
              DURATION + ", or `off`",
              "`off`",
              "For how long a task that becomes ready is led up to its share of new clients, from a"
                  + " tenth of what `tidegate.balance` would give it to all of that; at most "
                  + DurationText.format(Policy.LONGEST_SLOW_START)
                  + ". A task that is new or comes back counts as such. While more than half of the"
                  + " tasks do, none is spared.",
              text -> durationOr(Duration.ZERO, text, Policy.LONGEST_SLOW_START),
              Policy::withSlowStart),
          timeout(
              "tidegate.timeout.connect",
              "the agent's `--connect-timeout`, `4s`",
              "How long one attempt to reach a task may take. Where there is another task, that one is"
                  + " tried beside it after three times what is slow for the service, a second or a"
                  + " quarter of this at most, and the first to answer wins.",
              Timeouts::withConnect),
          timeout(
              "tidegate.timeout.idle",
              "the agent's `--idle-timeout`, `1h`",
              "How long a TCP connection may live with nothing moving either way before both sides"
                  + " are reset. Connections that are there already keep the timeout that they began"
                  + " with.",
              Timeouts::withIdle),
          policy(
              "tidegate.udp.responses",
              "0 to " + Policy.MOST_RESPONSES,
              "`0`, sessions end by silence alone",
              "After how many answers to each of its datagrams a UDP session ends; `1` suits DNS.",
              text -> wholeNumber(text, Policy.MOST_RESPONSES),
              Policy::withUdpResponses),
          timeout(
              "tidegate.udp.timeout.idle",
              "`60s`",
              "How long a UDP session lives with no datagram either way.",
              Timeouts::withUdpIdle));

  /** Those that say how a route treats its clients; a file of routes has them too. */
  public static final List<Label> OF_POLICY =
      Stream.concat(OF_TREATMENT.stream(), ClientAddressLabels.ALL.stream()).toList();

  /** Every label, by name. */
  public static final List<Label> ALL =
      Stream.of(
              OF_POLICY,
              CheckLabels.ALL,
              VirtualLabels.of(OF_POLICY),
              List.of(PUBLISH, PlaceLabels.NODES, HOP))
          .flatMap(List::stream)
          .sorted((a, b) -> a.name().compareTo(b.name()))
          .toList();

  private static final Map<String, Label> BY_NAME =
      ALL.stream()
          .collect(Collectors.toMap(Label::name, Function.identity(), (a, _) -> a, TreeMap::new));

  private Labels() {}

  /** The label of that name, or null. */
  public static @Nullable Label named(String name) {
    return BY_NAME.get(name);
  }

  /** The name that somebody who wrote an unknown one may have meant. */
  public static String nearest(String unknown) {
    return Nearest.of(unknown, BY_NAME.keySet());
  }

  private static Label timeout(
      String name,
      String byDefault,
      String meaning,
      BiFunction<Timeouts, Duration, Timeouts> adder) {
    return policy(
        name,
        DURATION,
        byDefault,
        meaning,
        text -> duration(text, Timeouts.LONGEST),
        (policy, value) -> policy.withTimeouts(adder.apply(policy.timeouts(), value)));
  }

  private static Label limit(
      String name,
      int most,
      String byDefault,
      String meaning,
      BiFunction<Limits, Integer, Limits> adder) {
    return policy(
        name,
        "0 to " + most,
        byDefault,
        meaning,
        text -> wholeNumber(text, most),
        (policy, value) -> policy.withLimits(adder.apply(policy.limits(), value)));
  }

  private static Duration durationOr(Duration off, String text, Duration longest) {
    try {
      return text.equals(OFF) ? off : duration(text, longest);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s (expected: %s, or as in 250ms, 4s or 10m, more than 0 and at most %s)"
              .formatted(text, OFF, DurationText.format(longest)),
          e);
    }
  }

  private static Duration duration(String text, Duration longest) {
    Duration duration = DurationText.parse(text);
    if (duration.isZero() || duration.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          text + " (expected: more than 0, at most " + DurationText.format(longest) + ")");
    }
    return duration;
  }

  private static int wholeNumber(String text, int most) {
    int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    if (number < 0 || number > most) {
      throw new IllegalArgumentException(text + " (expected: 0 to " + most + ")");
    }
    return number;
  }
}
