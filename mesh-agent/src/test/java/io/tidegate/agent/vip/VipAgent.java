package io.tidegate.agent.vip;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.proxy.Foothold;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.Shards;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.agrona.concurrent.SystemNanoClock;

/** A data path and the keeper of its virtual addresses on one network. */
final class VipAgent implements AutoCloseable, VipPath {

  static final int SHARDS = 2;

  final Shards shards;
  final VipKeeper keeper;
  private final Overlay overlay;
  private volatile RoutingTable table = RoutingTable.EMPTY;

  VipAgent(Overlay overlay, Ipvs.State ipvs) throws IOException {
    this.overlay = overlay;
    ProxyConfig plain = ProxyConfig.defaults();
    ProxyConfig config =
        new ProxyConfig(
            SHARDS,
            "127.0.0.1",
            plain.connectTimeout(),
            plain.connectAttempts(),
            plain.backlog(),
            plain.relay(),
            plain.udp());
    SplittableGenerator random =
        RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(1);
    shards = new Shards(config, new NetworkNamespaces(), SystemNanoClock.INSTANCE, random);
    keeper =
        new VipKeeper(
            "by the test",
            () -> table,
            this,
            () -> overlay.folder,
            () -> new Ipvs(ipvs, "the test says so"),
            SystemNanoClock.INSTANCE);
  }

  @Override
  public int place(String networkId, Foothold foothold) throws IOException {
    return shards.placeVirtual(networkId, foothold);
  }

  @Override
  public void leave(String networkId) {
    shards.leaveVirtual(networkId);
  }

  /** Serves an address from these tasks, and others as they were. */
  void publish(InetAddress vip, String... tasks) {
    publishOn(Overlay.ID, vip, tasks);
  }

  /** The same on any network. */
  void publishOn(String networkId, InetAddress vip, String... tasks) {
    publish(with(table.virtual(), networkId, vip, tasks));
  }

  /** Serves these addresses from one task, and no others. */
  void publishAll(List<InetAddress> vips, String task) {
    ChunkedMap<VirtualPort, VirtualRoute> routes = ChunkedMap.empty();
    for (InetAddress vip : vips) {
      routes = with(routes, Overlay.ID, vip, task);
    }
    publish(routes);
  }

  private ChunkedMap<VirtualPort, VirtualRoute> with(
      ChunkedMap<VirtualPort, VirtualRoute> routes,
      String networkId,
      InetAddress vip,
      String... tasks) {
    VirtualIp ip =
        new VirtualIp(networkId, networkId, vip).in(overlay.pathOf(networkId).toString());
    ChunkedMap<VirtualPort, VirtualRoute> now = routes;
    for (Protocol protocol : Protocol.values()) {
      Route route = route(protocol, tasks);
      now = now.with(VirtualPort.of(ip, protocol), new VirtualRoute(ip, route));
    }
    return now;
  }

  void publishNothing() {
    publish(ChunkedMap.empty());
  }

  private void publish(ChunkedMap<VirtualPort, VirtualRoute> routes) {
    RoutingTable next = new RoutingTable(table.version() + 1, Map.of()).with(routes);
    shards.publish(next);
    shards.settle();
    table = next;
    keeper.wake();
  }

  private Route route(Protocol protocol, String... tasks) {
    return new Route(
        new PublishedPort(1, 65_535, protocol),
        "s",
        "web",
        Policy.DEFAULT,
        Arrays.stream(tasks).map(this::endpoint).toList(),
        List.of(),
        List.of(),
        Publication.Means.VIRTUAL,
        true);
  }

  private Endpoint endpoint(String task) {
    Reach reach =
        Reach.overlay(InetAddress.ofLiteral(task), overlay.path().toString(), "by the test");
    return Endpoint.of(new Task(task, task, "node", TaskState.RUNNING, reach), 1);
  }

  /** How many addresses are in force. */
  int addresses() {
    return keeper.status().networks().stream().mapToInt(VipStatus.Network::addresses).sum();
  }

  /** Its end without a word: sockets are gone, and nothing else is done. */
  void kill() {
    keeper.cease();
    shards.close();
  }

  @Override
  public void close() {
    keeper.close();
    shards.close();
  }
}
