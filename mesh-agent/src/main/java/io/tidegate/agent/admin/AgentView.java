package io.tidegate.agent.admin;

import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.takeover.RangesStatus;
import io.tidegate.agent.takeover.TakeoverStatus;
import io.tidegate.agent.vip.VipStatus;
import io.tidegate.metrics.EjectionStats;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteKey;
import io.tidegate.overload.Pressure;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What this room sees of the agent. Every method may be called from any thread. */
public interface AgentView {

  /** The agent's version, as in {@code 0.1.0}. */
  String version();

  /** How long the agent has run. */
  Duration uptime();

  /** Every option with its value and where that came from. */
  List<OptionInForce> options();

  /** What is known of this node, or null while nothing is. */
  @Nullable Record node();

  SourceStatus source();

  /** Each source of which that one is made, the best first. */
  List<SourceStatus> sources();

  /** How this agent fares with those of other nodes, or null without any. */
  @Nullable PeerStatus peers();

  /** What the health checks of this node's tasks have told. */
  CheckStatus checks();

  RoutingTable table();

  /** How long the table has been in force. */
  Duration tableAge();

  /** What changed lately, and the topology that the table was made from. */
  ChangeLog changes();

  /** The hostnames of nodes by their ids, as far as they are known; this node's own too. */
  Map<String, String> hostnames();

  MeshStats stats();

  /** How much is in use of what the process lives on. */
  Pressure pressure();

  /** Whether tasks of this node can see their clients' own addresses. */
  TransparencyStatus transparency();

  /** How many addresses of clients the limits of routes know now. */
  int limitedSources();

  /** What was counted of ejections, for routes of which any endpoint ever was. */
  SortedMap<RouteKey, EjectionStats> ejections();

  /** How long an endpoint will still be ejected, at least; 0 once a probe is to decide. */
  Duration timeLeft(Ejection ejection);

  /** Ends of connects that nobody had room to hear of. */
  long outcomesUnheard();

  List<ListenerStatus> listeners();

  /** Who has a port that could not be bound, as in {@code held by dockerd (pid 123)}, if known. */
  @Nullable String holderOf(PublishedPort port);

  /** How the takeover of ports from Docker's mesh fares. */
  TakeoverStatus takeover();

  /** How the ranges of ports fare. */
  RangesStatus ranges();

  /** How virtual addresses fare. */
  VipStatus vips();

  /**
   * Hands all ports and virtual addresses back to Docker, or takes them again.
   *
   * @throws IOException if that cannot be, or there are none
   */
  void release(boolean release) throws IOException;

  /** True from the signal to stop on. */
  boolean isDraining();
}
