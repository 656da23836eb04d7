package io.tidegate.agent.admin;

import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.takeover.RangesStatus;
import io.tidegate.agent.takeover.TakeoverStatus;
import io.tidegate.agent.vip.VipStatus;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.EjectionStats;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.EndpointKey;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.RouteKey;
import io.tidegate.metrics.ShardCounters;
import io.tidegate.overload.Pressure;
import io.tidegate.overload.Resource;
import io.tidegate.overload.Restraint;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An agent whose state is set by hand. */
public final class FakeView implements AgentView {

  public static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");
  static final Instant LAST_SUCCESS = Instant.parse("2026-01-01T00:00:58.500Z");

  SourceStatus source = new SourceStatus("swarm-rest", LAST_SUCCESS, null, 3, 1);
  public RoutingTable table = RoutingTable.EMPTY;
  final List<ShardCounters> shards = List.of(new ShardCounters(), new ShardCounters());
  final List<ListenerStatus> listeners = new ArrayList<>();
  public final Map<String, String> hostnames = new HashMap<>();
  public long nowNanos;
  private final ChangeLog changes;
  final Map<PublishedPort, String> holders = new HashMap<>();
  @Nullable Record node;
  @Nullable PeerStatus peers;
  CheckStatus checks = CheckStatus.NONE;
  Pressure pressure = Pressure.NONE;
  TransparencyStatus transparency = TransparencyStatus.UNASKED;
  boolean draining;
  public TakeoverStatus takeover = TakeoverStatus.none("nothing to take over from");
  public VipStatus vips = VipStatus.none("left to Docker, as it was told");
  final SortedMap<RouteKey, EjectionStats> ejections = new TreeMap<>();

  public FakeView() {
    this(NOW);
  }

  /**
   * @param now the time of day, which stands still; the agent has run for an hour
   */
  public FakeView(Instant now) {
    nowNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) - TimeUnit.HOURS.toNanos(1);
    changes = new ChangeLog(() -> nowNanos, "swarm-rest");
    nowNanos += TimeUnit.HOURS.toNanos(1);
  }

  /** Puts a table in force: port 8080 of service web with one task of each state, all bound. */
  public FakeView withWeb() {
    PublishedPort port = PublishedPort.tcp(8080);
    Endpoint ready = task("t1", "web.1", "n1", TaskState.RUNNING, local("172.18.0.3"));
    Endpoint overlay = task("t3", "web.3", "n2", TaskState.RUNNING, overlay("10.0.0.7"));
    Endpoint draining = task("t2", "web.2", "n2", TaskState.DRAINING, overlay("10.0.0.6"));
    Endpoint lost = task("t4", "web.4", "n3", TaskState.RUNNING, Reach.none("no ingress_sbox"));
    Route web =
        new Route(
            port,
            "s1",
            "web",
            BalancingPolicy.P2C,
            List.of(overlay, ready),
            List.of(new Node("n2", InetAddress.ofLiteral("192.0.2.2"))),
            List.of(draining, lost));
    table = new RoutingTable(7, new TreeMap<>(Map.of(port, web)));
    listeners.add(new ListenerStatus(port, 2, 2, null));
    return this;
  }

  /** Puts routes of web's virtual address on network backend beside it. */
  public void routeVirtual() {
    VirtualIp ip =
        new VirtualIp("net1", "backend", InetAddress.ofLiteral("10.0.1.2")).in("/ns/lb_net1");
    Endpoint ready = inside("t1aa", "web.1", "n1", ip, "10.0.1.7");
    Endpoint absent = inside("t4", "web.4", "n2", ip, null);
    Map<VirtualPort, VirtualRoute> routes = new HashMap<>();
    for (Protocol protocol : Protocol.values()) {
      VirtualPort port = VirtualPort.of(ip, protocol);
      Route route =
          new Route(
              port.ports(),
              "s1",
              "web",
              Policy.DEFAULT,
              List.of(ready),
              List.of(),
              List.of(absent),
              Publication.Means.VIRTUAL,
              true);
      routes.put(port, new VirtualRoute(ip, route));
    }
    table = table.with(ChunkedMap.copyOf(routes));
  }

  /**
   * Serves two virtual addresses on that network.
   *
   * @param error what is in the way of others, or null
   */
  public void serveVips(@Nullable String error) {
    routeVirtual();
    vips = vips(false, error);
  }

  /**
   * Counts clients of these: by TCP three that were relayed, two of which are still, one that was
   * refused and one that left; by UDP four that ended.
   */
  public void callVirtual() {
    RouteCounters tcp = virtualCounters(Protocol.TCP);
    tcp.connections(ConnectionResult.OK).add(3);
    tcp.connections(ConnectionResult.REFUSED).add(1);
    tcp.connections(ConnectionResult.CLIENT_GONE).add(1);
    EndpointCounters task = new EndpointCounters();
    task.relays.add(3);
    task.ended.add(1);
    tcp.endpoints.put(new EndpointKey("t1aa", "web.1", "n1"), task);
    tcp.closes(CloseCause.FINISHED).add(1);
    RouteCounters udp = virtualCounters(Protocol.UDP);
    udp.connections(ConnectionResult.OK).add(4);
    udp.closes(CloseCause.IDLE).add(4);
  }

  private RouteCounters virtualCounters(Protocol protocol) {
    RouteCounters counters = new RouteCounters();
    table.virtual().entrySet().stream()
        .filter(entry -> entry.getKey().protocol() == protocol)
        .forEach(entry -> shards.getFirst().routes.put(RouteKey.of(entry.getValue()), counters));
    return counters;
  }

  private static VipStatus vips(boolean isReleased, @Nullable String error) {
    VipStatus.Network backend =
        new VipStatus.Network("net1", "10.0.1.3 in /ns/lb_net1", isReleased ? 0 : 2, 1);
    return new VipStatus("by the test", List.of(backend), isReleased, 4, error);
  }

  private static Endpoint inside(
      String id, String name, String node, VirtualIp ip, @Nullable String address) {
    Map<String, InetAddress> addresses =
        address == null ? Map.of() : Map.of(ip.networkId(), InetAddress.ofLiteral(address));
    return Endpoint.of(
        new Task(id, name, node, TaskState.RUNNING, ip.wayTo(addresses)), PublishedPort.FIRST);
  }

  /** Has the route of web follow another policy. */
  public void follow(Policy policy) {
    Route web = table.routes().values().getFirst();
    Route other =
        new Route(
            web.port(),
            web.serviceId(),
            web.serviceName(),
            policy,
            web.endpoints(),
            web.detours(),
            web.withheld());
    table = new RoutingTable(table.version() + 1, Map.of(web.port(), other));
  }

  /** Ejects the task web.3 for the second time, for 8 s more. */
  public void eject() {
    eject(Ejection.Cause.CONNECT_FAILURES);
  }

  /** Does so for another cause. */
  public void eject(Ejection.Cause cause) {
    Ejection ejection = new Ejection(cause, 2, 0, TimeUnit.SECONDS.toNanos(8));
    Route web = table.routes().values().getFirst();
    List<Endpoint> withheld = new ArrayList<>(web.withheld());
    withheld.add(web.endpoints().getFirst().with(ejection, true));
    Route without =
        new Route(
            web.port(),
            web.serviceId(),
            web.serviceName(),
            web.policy(),
            web.endpoints().subList(1, web.endpoints().size()),
            web.detours(),
            withheld);
    table = new RoutingTable(table.version() + 1, Map.of(web.port(), without));
    ejections.put(RouteKey.of(web), new EjectionStats(Map.of(cause, 2L), 1));
  }

  /**
   * Has the checks of the task web.3 fail.
   *
   * @param fault why, or null if that is known on another node
   */
  public void beUnwell(@Nullable String fault) {
    Route web = table.routes().values().getFirst();
    Endpoint unwell = task("t3", "web.3", "n2", TaskState.UNWELL, overlay("10.0.0.7"));
    Route without =
        new Route(
            web.port(),
            web.serviceId(),
            web.serviceName(),
            web.policy(),
            List.of(),
            web.detours(),
            List.of(unwell));
    table = new RoutingTable(table.version() + 1, Map.of(web.port(), without));
    checks =
        new CheckStatus(
            Map.of("web", new CheckStatus.Counts(5, 3, 1)),
            fault == null ? Map.of() : Map.of("t3", new CheckStatus.TaskCheck(true, 3, fault)));
  }

  /** Has used 97 % of the descriptors, so that new clients wait. */
  void beOverloaded() {
    pressure =
        new Pressure(
            Map.of(Resource.DESCRIPTORS, 0.97, Resource.PIPES, 1.0), new Restraint(10, true), 3);
  }

  /** Puts a topology in force, so that what is different in it has changed. */
  public void settle(Topology topology) {
    changes.ahead(_ -> {}).accept(topology);
    changes.onInForce(topology);
  }

  private static Reach local(String address) {
    return Reach.local(InetAddress.ofLiteral(address), "on this node");
  }

  private static Reach overlay(String address) {
    return Reach.overlay(InetAddress.ofLiteral(address), "/ns/ingress_sbox", "on another node");
  }

  private static Endpoint task(String id, String name, String node, TaskState state, Reach reach) {
    return Endpoint.of(new Task(id, name, node, state, reach), 80);
  }

  /** The counters of a route on one of the two shards. */
  RouteCounters counters(int shard, String serviceId) {
    return shards
        .get(shard)
        .routes
        .computeIfAbsent(
            new RouteKey(PublishedPort.tcp(8080), serviceId, "web"), _ -> new RouteCounters());
  }

  @Override
  public String version() {
    return "1.2.3";
  }

  @Override
  public Duration uptime() {
    return Duration.ofMillis(61_500);
  }

  @Override
  public List<OptionInForce> options() {
    return List.of(new OptionInForce("shards", "2", "flag"));
  }

  @Override
  public @Nullable Record node() {
    return node;
  }

  @Override
  public SourceStatus source() {
    return source;
  }

  @Override
  public List<SourceStatus> sources() {
    return List.of(source, new SourceStatus("swarm-gossip", LAST_SUCCESS, null, 0, 0));
  }

  @Override
  public @Nullable PeerStatus peers() {
    return peers;
  }

  @Override
  public CheckStatus checks() {
    return checks;
  }

  @Override
  public RoutingTable table() {
    return table;
  }

  @Override
  public Duration tableAge() {
    return Duration.ofSeconds(12);
  }

  @Override
  public ChangeLog changes() {
    return changes;
  }

  @Override
  public Map<String, String> hostnames() {
    return hostnames;
  }

  @Override
  public MeshStats stats() {
    return MeshStats.sum(shards);
  }

  @Override
  public Pressure pressure() {
    return pressure;
  }

  @Override
  public TransparencyStatus transparency() {
    return transparency;
  }

  @Override
  public int limitedSources() {
    return 21;
  }

  @Override
  public SortedMap<RouteKey, EjectionStats> ejections() {
    return ejections;
  }

  @Override
  public Duration timeLeft(Ejection ejection) {
    return Duration.ofNanos(ejection.untilNanos());
  }

  @Override
  public long outcomesUnheard() {
    return 8;
  }

  @Override
  public List<ListenerStatus> listeners() {
    return listeners;
  }

  @Override
  public @Nullable String holderOf(PublishedPort port) {
    return holders.get(port);
  }

  @Override
  public RangesStatus ranges() {
    return RangesStatus.NONE;
  }

  @Override
  public VipStatus vips() {
    return vips;
  }

  @Override
  public TakeoverStatus takeover() {
    return takeover;
  }

  @Override
  public void release(boolean release) throws IOException {
    if (!vips.networks().isEmpty()) {
      vips = vips(release, null);
      return;
    }
    if (takeover.foothold() == null) {
      throw new IOException("takeover: no ports are taken over: " + takeover.why());
    }
    takeover =
        new TakeoverStatus(
            takeover.mode(),
            takeover.why(),
            takeover.foothold(),
            release ? Set.of() : Set.of(PublishedPort.tcp(8080)),
            release,
            takeover.isTcpAlone(),
            takeover.failures(),
            takeover.error());
  }

  @Override
  public boolean isDraining() {
    return draining;
  }
}
