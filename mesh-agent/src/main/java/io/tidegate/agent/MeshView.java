package io.tidegate.agent;

import io.tidegate.agent.admin.AgentView;
import io.tidegate.agent.admin.OptionInForce;
import io.tidegate.agent.admin.TransparencyStatus;
import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.cli.Version;
import io.tidegate.agent.linux.PortHolder;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.agent.swarm.NodeFacts;
import io.tidegate.agent.takeover.RangesStatus;
import io.tidegate.agent.takeover.Takeover;
import io.tidegate.agent.takeover.TakeoverStatus;
import io.tidegate.agent.vip.VipStatus;
import io.tidegate.agent.vip.Vips;
import io.tidegate.mesh.Mesh;
import io.tidegate.metrics.EjectionStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.overload.Pressure;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Node;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A mesh and its source as the admin pages see them. */
final class MeshView implements AgentView {

  private final Mesh mesh;
  private final ChangeLog changes;
  private final TopologySource source;
  private final Supplier<? extends @Nullable Record> node;
  private final Takeover takeover;
  private final Supplier<RangesStatus> ranges;
  private final Vips vips;
  private final Supplier<TransparencyStatus> transparency;
  private final List<OptionInForce> options;
  private final long startNanos = System.nanoTime();
  private volatile boolean isDraining;

  /**
   * @param node what is known of this node, or null while nothing is
   */
  MeshView(
      Mesh mesh,
      ChangeLog changes,
      TopologySource source,
      Supplier<? extends @Nullable Record> node,
      Takeover takeover,
      Supplier<RangesStatus> ranges,
      Vips vips,
      Supplier<TransparencyStatus> transparency,
      List<OptionInForce> options) {
    this.mesh = mesh;
    this.changes = changes;
    this.source = source;
    this.node = node;
    this.takeover = takeover;
    this.ranges = ranges;
    this.vips = vips;
    this.transparency = transparency;
    this.options = options;
  }

  /** From now on the agent is not ready. */
  void beginDraining() {
    isDraining = true;
  }

  @Override
  public String version() {
    return Version.text();
  }

  @Override
  public Duration uptime() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  @Override
  public List<OptionInForce> options() {
    return options;
  }

  @Override
  public @Nullable Record node() {
    return node.get();
  }

  @Override
  public SourceStatus source() {
    return source.status();
  }

  @Override
  public List<SourceStatus> sources() {
    return source.sources();
  }

  @Override
  public @Nullable PeerStatus peers() {
    return source.peers();
  }

  @Override
  public CheckStatus checks() {
    return source.checks();
  }

  @Override
  public RoutingTable table() {
    return mesh.table();
  }

  @Override
  public Duration tableAge() {
    return mesh.tableAge();
  }

  @Override
  public ChangeLog changes() {
    return changes;
  }

  @Override
  public Map<String, String> hostnames() {
    Map<String, String> names = new HashMap<>();
    for (Node other : changes.topology().nodes()) {
      if (!other.name().isEmpty()) {
        names.put(other.id(), other.name());
      }
    }
    if (node.get() instanceof NodeFacts own && !own.nodeName().isEmpty()) {
      names.put(own.nodeId(), own.nodeName());
    }
    return names;
  }

  @Override
  public MeshStats stats() {
    return mesh.stats();
  }

  @Override
  public Pressure pressure() {
    return mesh.pressure();
  }

  @Override
  public TransparencyStatus transparency() {
    return transparency.get();
  }

  @Override
  public int limitedSources() {
    return mesh.sources();
  }

  @Override
  public SortedMap<RouteKey, EjectionStats> ejections() {
    return mesh.ejections();
  }

  @Override
  public Duration timeLeft(Ejection ejection) {
    return mesh.timeLeft(ejection);
  }

  @Override
  public long outcomesUnheard() {
    return mesh.outcomesUnheard();
  }

  @Override
  public List<ListenerStatus> listeners() {
    TakeoverStatus now = takeover.status();
    RangesStatus ranges = ranges();
    return mesh.listeners().stream()
        .map(listener -> asTaken(listener, now))
        .map(ranges::correct)
        .toList();
  }

  /** One that listens at a foothold serves nobody unless clients are brought there. */
  private static ListenerStatus asTaken(ListenerStatus listener, TakeoverStatus takeover) {
    String objection =
        listener.isTakenOver() && listener.isBound() ? takeover.objectionTo(listener.port()) : null;
    return objection == null ? listener : listener.failed(objection);
  }

  @Override
  public TakeoverStatus takeover() {
    return takeover.status();
  }

  @Override
  public RangesStatus ranges() {
    return ranges.get();
  }

  @Override
  public VipStatus vips() {
    return vips.status();
  }

  @Override
  public void release(boolean release) throws IOException {
    boolean arePorts = takeover().mode() == TakeoverStatus.Mode.TAKEOVER;
    boolean areVips = !vips().networks().isEmpty();
    try {
      if (arePorts || areVips) {
        var _ = vips.release(release);
      }
    } finally {
      if (arePorts || !areVips) {
        // says so where there is nothing at all
        var _ = takeover.release(release);
      }
    }
  }

  @Override
  public @Nullable String holderOf(PublishedPort port) {
    return port.isRange() ? null : PortHolder.describe(port.number(), port.protocol());
  }

  @Override
  public boolean isDraining() {
    return isDraining;
  }
}
