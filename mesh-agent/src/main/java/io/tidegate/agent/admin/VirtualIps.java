package io.tidegate.agent.admin;

import io.tidegate.agent.admin.ResolveAnswer.EndpointAnswer;
import io.tidegate.agent.admin.ResolveAnswer.VirtualIpAnswer;
import io.tidegate.agent.admin.RoutesAnswer.ReachAnswer;
import io.tidegate.agent.vip.VipStatus;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What there is to say of virtual addresses, looked at once for one answer. */
final class VirtualIps {

  private final VirtualQuery asked;
  private final RoutingTable table;
  private final MeshStats stats;
  private final VipStatus vips;
  private final TaskFacts facts;

  VirtualIps(VirtualQuery asked, RoutingTable table, AgentView view, TaskFacts facts) {
    this.asked = asked;
    this.table = table;
    this.facts = facts;
    stats = view.stats();
    vips = view.vips();
  }

  /** One of a service; with its tasks if it was asked for by address or network. */
  VirtualIpAnswer answer(Service service, VirtualIp ip) {
    VirtualRoute found = table.virtual().get(VirtualPort.of(ip, asked.protocol()));
    VirtualRoute own =
        found != null && found.route().serviceId().equals(service.id()) ? found : null;
    boolean isAsked = asked.isNarrow() && asked.isMeant(ip);
    return new VirtualIpAnswer(
        ip.networkName(),
        ip.networkId(),
        ip.address().getHostAddress(),
        isAsked,
        objection(service, ip, found),
        service.virtualPolicy().balance().toString(),
        own == null ? null : own.route().endpoints().size(),
        own == null ? null : VirtualRouteAnswer.tasks(own.route()),
        own == null || !isAsked ? null : endpoints(own));
  }

  /** Why the agent of this node does not serve it, the plainest reason first; null if it does. */
  private @Nullable String objection(Service service, VirtualIp ip, @Nullable VirtualRoute found) {
    if (service.virtualObjection() != null) {
      return service.virtualObjection();
    }
    if (!ip.isRouted()) {
      return "no sandbox on this node: none of its tasks is on the network, or that is the ingress";
    }
    if (found == null) {
      return "not in the routing table yet";
    }
    if (!found.route().serviceId().equals(service.id())) {
      return found.route().serviceName() + " has this address now";
    }
    if (vips.isReleased()) {
      return "released, until tidegate release --undo or the agent's next start";
    }
    boolean isPlaced =
        vips.networks().stream().anyMatch(network -> network.id().equals(ip.networkId()));
    return isPlaced
        ? null
        : "clients are not brought to the agent: "
            + (vips.error() == null ? "not yet" : vips.error());
  }

  private List<EndpointAnswer> endpoints(VirtualRoute virtual) {
    RouteStats counted = stats.routes().get(RouteKey.of(virtual));
    Map<EndpointKey, EndpointStats> counts = counted == null ? Map.of() : counted.endpoints();
    Map<String, OriginAnswer> origins = facts.originsOf(virtual.route().serviceId());
    return Stream.concat(virtual.route().endpoints().stream(), virtual.route().withheld().stream())
        .sorted(Comparator.comparing(Endpoint::taskName).thenComparing(Endpoint::taskId))
        .map(endpoint -> endpoint(endpoint, counts, origins.get(endpoint.taskId())))
        .toList();
  }

  private EndpointAnswer endpoint(
      Endpoint endpoint, Map<EndpointKey, EndpointStats> counts, @Nullable OriginAnswer origin) {
    InetAddress address = endpoint.reach().address();
    EndpointStats counted =
        counts.getOrDefault(
            new EndpointKey(endpoint.taskId(), endpoint.taskName(), endpoint.nodeId()),
            new EndpointStats(0, 0, 0, 0, 0));
    return new EndpointAnswer(
        endpoint.taskName(),
        endpoint.taskId(),
        endpoint.nodeId(),
        facts.hostnames().get(endpoint.nodeId()),
        endpoint.state(),
        address == null ? null : address.getHostAddress(),
        ReachAnswer.of(endpoint.reach()),
        counted.active(),
        origin);
  }
}
