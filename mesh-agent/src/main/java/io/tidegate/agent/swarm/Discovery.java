package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Node;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that is known of the Swarm, merged: facts in, a topology out. Holds no thread, clock or
 * socket; all times are of the same clock, in nanoseconds.
 */
final class Discovery {

  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  /** What a manager tells is complete at once; this is for what nobody thought of. */
  private static final Duration CLUSTER_HOLD = Duration.ofSeconds(5);

  /** After a restart of the daemon 25 to 46 s were measured until gossip was complete. */
  private static final Duration GOSSIP_HOLD = Duration.ofMinutes(2);

  /** When Swarm itself stops a task, a manager says so 2 s before the signal. */
  private static final Duration CLUSTER_STOP_HOLD = Duration.ofSeconds(5);

  /** Gossip never says that a task is being stopped: only its death, or this. */
  private static final Duration GOSSIP_STOP_HOLD = Duration.ofMinutes(10);

  private final LocalFacts facts = new LocalFacts();
  private final Probation probation = new Probation();
  private final Policies policies = new Policies();
  private final GossipPorts gossipPorts = new GossipPorts();
  private final KnownNodes nodes = new KnownNodes(GOSSIP_HOLD);
  private final ClusterView cluster = new ClusterView();
  private final AntiEntropy antiEntropy = new AntiEntropy();
  private final RoutedServices routed = new RoutedServices();
  private final AwaitedTasks awaited = new AwaitedTasks();
  private final Map<String, String> serviceOfOwnTask = new HashMap<>();
  private final Set<String> unservedPorts = new HashSet<>();

  private Set<String> peers = Set.of();
  private LocalTasks local = new LocalTasks(Map.of(), Map.of());
  private @Nullable ReachPlanner reaches;
  private String ownNodeId = "";
  private boolean isGossip;
  private boolean isWatched;
  private boolean isDaemonLost;
  private List<Node> otherNodes = List.of();
  private @Nullable Topology topology;
  private List<Node> topologyNodes = List.of();

  /** How many labels and ports were refused. */
  long rejected() {
    return policies.rejected() + unservedPorts.size();
  }

  /** True if the next reading is worth having soon. */
  boolean isUnsettled(long nowNanos) {
    return probation.isUnsettled() || gossipPorts.isUnsettled() || awaited.areAny(nowNanos);
  }

  /** True while a manager's stream tells every change. */
  boolean isWatched() {
    return isWatched;
  }

  /**
   * Takes a reading.
   *
   * @return whether it shows that the stream has missed something
   */
  boolean onReading(Reading reading, long nowNanos) {
    isDaemonLost = false;
    nodes.onEngine(reading.engine().swarm());
    String nodeId = reading.engine().swarm().nodeId();
    if (!nodeId.equals(ownNodeId)) {
      ownNodeId = nodeId;
      touchAll();
    }
    boolean hasGap = false;
    NetworkAnswers.Network ingress = reading.ingress();
    if (reading.cluster() != null && isWatched) {
      hasGap = compare(reading.cluster(), nowNanos);
    } else if (reading.cluster() != null) {
      onCluster(reading.cluster(), nowNanos);
    } else if (ingress != null && !isWatched && reading.isWhole()) {
      onGossip(ingress, nowNanos);
    }
    if (isWatched) {
      settleDoubts(nowNanos);
    }
    otherNodes = nodes.nodes();
    local = reading.local();
    plan(
        new ReachPlanner(
            local, reading.sandbox(), ingress == null ? null : GossipView.reachable(ingress)));
    return hasGap;
  }

  private void plan(ReachPlanner planner) {
    ReachPlanner before = reaches;
    reaches = planner;
    if (before == null
        || !before.sandbox().equals(planner.sandbox())
        || !Objects.equals(before.reachable(), planner.reachable())) {
      touchAll();
    } else {
      planner.local().differences(before.local()).forEach(this::touchTask);
    }
  }

  private void touchAll() {
    serviceOfOwnTask.clear();
    routed.touchAll();
  }

  private void touchTask(String taskId) {
    String service = serviceOfOwnTask.get(taskId);
    if (service != null) {
      routed.touch(service);
    }
  }

  /** The stream begins with all that there is. */
  void onListed(ClusterState state, long nowNanos) {
    isWatched = true;
    antiEntropy.reset();
    onCluster(state, nowNanos);
    otherNodes = nodes.nodes();
  }

  /** One commit of the stream. */
  void onCommit(Commit commit, long nowNanos) {
    antiEntropy.onCommit(commit);
    amend(cluster.apply(commit), nowNanos);
  }

  /** The stream ended: what it told stays until another source speaks. */
  void onWatchLost() {
    isWatched = false;
  }

  private boolean compare(ClusterState listed, long nowNanos) {
    boolean hasGap = antiEntropy.hasGap(cluster.store(), listed);
    amend(cluster.apply(antiEntropy.news(cluster.store(), listed)), nowNanos);
    retainPolicies();
    return hasGap;
  }

  /** What was kept for a doubtful reason goes when the stream is silent about it for too long. */
  private void settleDoubts(long nowNanos) {
    Set<String> before = Set.copyOf(probation.admitted().keySet());
    probation.admit(cluster.services(), CLUSTER_HOLD, nowNanos);
    if (!before.equals(probation.admitted().keySet())) {
      touchAll();
    }
  }

  private void onCluster(ClusterState state, long nowNanos) {
    isGossip = false;
    ClusterView.Change change = cluster.replace(state);
    nodes.onCluster(cluster.nodes(), nowNanos);
    gossipPorts.tell(cluster.services());
    probation.admit(cluster.services(), CLUSTER_HOLD, nowNanos);
    change.objects().forEach(this::readService);
    retainPolicies();
    awaited.onChange(nowNanos);
    touchAll();
  }

  private void amend(ClusterView.Change change, long nowNanos) {
    if (change.hasNodes()) {
      nodes.onCluster(cluster.nodes(), nowNanos);
      otherNodes = nodes.nodes();
    }
    gossipPorts.amend(change.services());
    probation.amend(change.services());
    change.objects().forEach(this::readService);
    awaited.onChange(nowNanos);
    change.services().keySet().forEach(routed::touch);
  }

  private void readService(ClusterService service) {
    policies.read(service);
    List<String> ports = ClusterView.unserved(service);
    if (!ports.isEmpty() && unservedPorts.add(service.name())) {
      LOG.warn("service {}: not served: {} (expected: tcp or udp)", service.name(), ports);
    }
    routed.touch(service.name());
  }

  private void retainPolicies() {
    Set<String> names = new HashSet<>(probation.admitted().keySet());
    cluster.all().forEach(service -> names.add(service.name()));
    policies.retain(names);
  }

  private void onGossip(NetworkAnswers.Network ingress, long nowNanos) {
    Set<String> peersNow = new HashSet<>();
    ingress.peers().forEach(peer -> peersNow.add(peer.address()));
    if (!isGossip || !peersNow.containsAll(peers)) {
      probation.doubt();
    }
    isGossip = true;
    peers = peersNow;
    nodes.onGossip(ingress, nowNanos);
    List<SeenService> view = GossipView.of(ingress, nodes::idOf);
    probation.admit(gossipPorts.complete(view, nowNanos), GOSSIP_HOLD, nowNanos);
    touchAll();
  }

  /** The daemon cannot be read: what is known stays, as far as it can still be reached. */
  void onReadFailed(Sandbox sandbox) {
    if (reaches != null && !isDaemonLost) {
      plan(new ReachPlanner(local, sandbox, reaches.reachable()));
    }
  }

  /**
   * The daemon went away or is about to, so it will have forgotten what it knew by gossip. Its
   * overlay goes with it, a second later and without a word to the sockets in it: from now on other
   * nodes are the better way to what is not on this one.
   */
  void onDaemonLost() {
    isDaemonLost = true;
    probation.doubt();
    nodes.doubt();
    peers = Set.of();
    if (reaches != null && !otherNodes.isEmpty()) {
      Sandbox lost = reaches.sandbox().lost("this node's Docker goes away, its overlay with it");
      plan(new ReachPlanner(local, lost, reaches.reachable()));
    }
  }

  void onStopping(String taskId, long nowNanos) {
    facts.onStopping(taskId, isGossip ? GOSSIP_STOP_HOLD : CLUSTER_STOP_HOLD, nowNanos);
    touchTask(taskId);
  }

  /** The task may be about to be stopped: Swarm will tell. */
  void onSuspect(String taskId, long nowNanos) {
    facts.onStopping(taskId, CLUSTER_STOP_HOLD, nowNanos);
    touchTask(taskId);
  }

  void onHealthy(String taskId) {
    facts.onHealthy(taskId);
    touchTask(taskId);
  }

  void onDied(String taskId, long nowNanos) {
    facts.onDied(taskId, nowNanos);
    touchTask(taskId);
  }

  /** What is known now, or null before the first reading; the same object if nothing changed. */
  @Nullable Topology topology(long nowNanos) {
    ReachPlanner planner = reaches;
    if (planner == null) {
      return null;
    }
    facts.expire(nowNanos).forEach(this::touchTask);
    ChunkedMap<String, Service> services =
        routed.refresh(probation.admitted(), seen -> service(seen, planner));
    if (topology == null
        || !services.equals(topology.servicesById())
        || !otherNodes.equals(topologyNodes)) {
      topologyNodes = otherNodes;
      topology = new Topology(services, otherNodes);
    }
    return topology;
  }

  private Service service(SeenService seen, ReachPlanner planner) {
    String name = seen.name();
    awaited.forget(name);
    List<Task> tasks = new ArrayList<>(seen.tasks().size());
    for (SeenTask task : seen.tasks()) {
      if (isOwn(task)) {
        serviceOfOwnTask.put(task.id(), name);
      }
      if (isAwaited(task, planner)) {
        awaited.add(name);
      }
      if (!isMissing(task) && !facts.isDead(task.id())) {
        TaskState state = facts.isStopping(task.id()) ? TaskState.DRAINING : task.state();
        tasks.add(new Task(task.id(), task.name(), task.nodeId(), state, planner.plan(task)));
      }
    }
    return policies.service(seen, tasks);
  }

  private boolean isOwn(SeenTask task) {
    return task.nodeId().equals(ownNodeId);
  }

  private boolean isMissing(SeenTask task) {
    return isOwn(task) && !local.isRunning(task.id());
  }

  private boolean isAwaited(SeenTask task, ReachPlanner planner) {
    return task.state() == TaskState.RUNNING
        && !facts.isDead(task.id())
        && (isMissing(task) || planner.isAwaited(task));
  }
}
