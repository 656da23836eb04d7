package io.tidegate.agent.labels;

import static io.tidegate.agent.labels.Label.policy;

import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Fallback;
import io.tidegate.routing.ProxyIn;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The labels that say how a service learns who its clients are, and how its tasks do. */
final class ClientAddressLabels {

  static final List<Label> ALL =
      List.of(
          of(
              Labels.CLIENT_IP,
              "`off`, `transparent`, `proxy-v1` or `proxy-v2`",
              "`off`, the agent is a task's client",
              "How tasks learn the address of a client. With `transparent` each connection comes from"
                  + " the client's own address and port, and each datagram. With `proxy-v1` and `proxy-v2` a header of"
                  + " the PROXY protocol goes first on each connection, health checks included; with"
                  + " `proxy-v2` also before the first datagram of each UDP session, which"
                  + " `proxy-v1` cannot: datagrams pass without.",
              ClientIp::parse,
              ClientAddress::withTold),
          of(
              Labels.CLIENT_IP_FALLBACK,
              "`off`, `proxy-v1`, `proxy-v2` or `refuse`",
              "`off`, the agent is its task's client",
              "What happens to a client whose address a task cannot see although"
                  + " `tidegate.client-ip` is `transparent`: because the node cannot do it, no agent"
                  + " on the task's node takes clients, or the client is on the node itself or in the"
                  + " range of one of its Docker networks. With `proxy-v1` or `proxy-v2` a header goes"
                  + " first, for tasks that take connections with and without; with `refuse` the"
                  + " client is reset, or its datagrams dropped, and counted as `not_transparent`.",
              Fallback::parse,
              ClientAddress::withFallback),
          of(
              Labels.PROXY_IN,
              "`off`, `optional` or `required`",
              "`off`, what clients send is the task's",
              "Whether TCP clients, load balancers that is, begin with a PROXY protocol header, v1 or"
                  + " v2, that says whose connection it is. With `required` all must, within 5s, and"
                  + " only those of `tidegate.proxy-in.trusted` may come; others are reset. With"
                  + " `optional` those may. Datagrams pass as they are.",
              ProxyIn::parse,
              ClientAddress::withProxyIn),
          of(
              Labels.PROXY_IN_TRUSTED,
              "addresses or blocks of them, with commas between: `10.0.0.0/8,fd00::1`",
              "none, nobody",
              "Whose header is believed.",
              ClientAddressLabels::blocks,
              ClientAddress::withTrusted));

  private ClientAddressLabels() {}

  private static <T> Label of(
      String name,
      String type,
      String byDefault,
      String meaning,
      Function<String, T> parser,
      BiFunction<ClientAddress, T, ClientAddress> adder) {
    return policy(
        name,
        type,
        byDefault,
        meaning,
        parser,
        (policy, value) -> policy.withClientAddress(adder.apply(policy.clientAddress(), value)));
  }

  private static List<Cidr> blocks(String text) {
    return Arrays.stream(text.split(",", -1)).map(block -> Cidr.parse(block.strip())).toList();
  }
}
