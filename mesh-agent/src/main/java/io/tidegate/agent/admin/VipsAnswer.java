package io.tidegate.agent.admin;

import io.tidegate.agent.vip.VipStatus;
import io.tidegate.routing.RoutingTable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How virtual addresses fare on this node.
 *
 * @param why which are served at all, and why so
 * @param networks those whose clients are brought to this agent
 * @param released whether all were handed back on demand
 * @param failures attempts to have clients brought here that have failed
 * @param error what failed last, or null when all is well
 */
record VipsAnswer(
    String why,
    List<NetworkAnswer> networks,
    boolean released,
    long failures,
    @Nullable String error) {

  /**
   * One network with a sandbox on this node.
   *
   * @param network as people call it
   * @param foothold where clients are brought to
   * @param addresses how many addresses are served there
   * @param added how many of them the agent has added, since Docker had not
   */
  record NetworkAnswer(
      String network, String networkId, String foothold, int addresses, int added) {}

  static VipsAnswer of(VipStatus status, RoutingTable table) {
    Map<String, String> names = NetworkNames.in(table);
    return new VipsAnswer(
        status.why(),
        status.networks().stream().map(network -> network(network, names)).toList(),
        status.isReleased(),
        status.failures(),
        status.error());
  }

  private static NetworkAnswer network(VipStatus.Network network, Map<String, String> names) {
    return new NetworkAnswer(
        names.getOrDefault(network.id(), network.id()),
        network.id(),
        network.foothold(),
        network.addresses(),
        network.added());
  }
}
