package io.tidegate.agent.swarm;

import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  /** A manager's API is complete as soon as it answers; this is for what nobody thought of. */
  private static final Duration REST_HOLD = Duration.ofSeconds(5);

  /** After a restart of the daemon 25 to 46 s were measured until gossip was complete. */
  private static final Duration GOSSIP_HOLD = Duration.ofMinutes(2);

  /** When Swarm itself stops a task, its API says so 2 s before the signal. */
  private static final Duration REST_STOP_HOLD = Duration.ofSeconds(5);

  /** Gossip never says that a task is being stopped: only its death, or this. */
  private static final Duration GOSSIP_STOP_HOLD = Duration.ofMinutes(10);

  private final LocalFacts facts = new LocalFacts();
  private final Probation probation = new Probation();
  private final Policies policies = new Policies();
  private final GossipPorts gossipPorts = new GossipPorts();
  private final KnownNodes nodes = new KnownNodes(GOSSIP_HOLD);
  private final Set<String> unservedPorts = new HashSet<>();

  private List<SeenService> services = List.of();
  private Set<String> peers = Set.of();
  private LocalTasks local = new LocalTasks(Map.of(), Map.of());
  private @Nullable ReachPlanner reaches;
  private String ownNodeId = "";
  private boolean isGossip;
  private boolean isDaemonLost;

  /** How many labels and ports were refused. */
  long rejected() {
    return policies.rejected() + unservedPorts.size();
  }

  /** True if the next reading is worth having soon. */
  boolean isUnsettled() {
    return probation.isUnsettled() || gossipPorts.isUnsettled();
  }

  void onReading(Reading reading, long nowNanos) {
    isDaemonLost = false;
    nodes.onReading(reading, nowNanos);
    ownNodeId = reading.engine().swarm().nodeId();
    NetworkAnswers.Network ingress = reading.ingress();
    if (reading.rest() != null) {
      onRest(reading.rest(), nowNanos);
    } else if (ingress != null) {
      onGossip(ingress, nowNanos);
    }
    local = reading.local();
    reaches =
        new ReachPlanner(
            local, reading.sandbox(), ingress == null ? null : GossipView.reachable(ingress));
  }

  private void onRest(RestAnswers rest, long nowNanos) {
    isGossip = false;
    List<SeenService> view = RestView.of(rest);
    refuseUnserved(rest);
    gossipPorts.tell(view);
    services = probation.admit(view, REST_HOLD, nowNanos);
    readPolicies(rest);
  }

  private void readPolicies(RestAnswers rest) {
    Set<String> names = new HashSet<>();
    services.forEach(service -> names.add(service.name()));
    for (DockerAnswers.Service service : rest.services()) {
      names.add(service.spec().name());
      policies.read(service);
    }
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
    List<SeenService> view = GossipView.of(ingress, nodes::idOf);
    services = probation.admit(gossipPorts.complete(view, nowNanos), GOSSIP_HOLD, nowNanos);
  }

  /** The daemon cannot be read: what is known stays, as far as it can still be reached. */
  void onReadFailed(Sandbox sandbox) {
    if (reaches != null && !isDaemonLost) {
      reaches = new ReachPlanner(local, sandbox, reaches.reachable());
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
    if (reaches != null && !nodes.nodes().isEmpty()) {
      Sandbox lost = reaches.sandbox().lost("this node's Docker goes away, its overlay with it");
      reaches = new ReachPlanner(local, lost, reaches.reachable());
    }
  }

  void onStopping(String taskId, long nowNanos) {
    facts.onStopping(taskId, isGossip ? GOSSIP_STOP_HOLD : REST_STOP_HOLD, nowNanos);
  }

  /** The task may be about to be stopped: Swarm will tell. */
  void onSuspect(String taskId, long nowNanos) {
    facts.onStopping(taskId, REST_STOP_HOLD, nowNanos);
  }

  void onHealthy(String taskId) {
    facts.onHealthy(taskId);
  }

  void onDied(String taskId, long nowNanos) {
    facts.onDied(taskId, nowNanos);
  }

  /** What is known now, or null before the first reading. */
  @Nullable Topology topology(long nowNanos) {
    ReachPlanner planner = reaches;
    if (planner == null) {
      return null;
    }
    facts.expire(nowNanos);
    List<Service> known = new ArrayList<>();
    for (SeenService service : services) {
      known.add(policies.service(service, tasks(service, planner)));
    }
    return new Topology(known, nodes.nodes());
  }

  private List<Task> tasks(SeenService service, ReachPlanner planner) {
    List<Task> tasks = new ArrayList<>();
    for (SeenTask task : service.tasks()) {
      boolean isMissing = task.nodeId().equals(ownNodeId) && !local.isRunning(task.id());
      if (!isMissing && !facts.isDead(task.id())) {
        TaskState state = facts.isStopping(task.id()) ? TaskState.DRAINING : task.state();
        tasks.add(new Task(task.id(), task.name(), task.nodeId(), state, planner.plan(task)));
      }
    }
    return tasks;
  }

  private void refuseUnserved(RestAnswers rest) {
    RestView.unserved(rest)
        .forEach(
            (service, ports) -> {
              if (unservedPorts.add(service)) {
                LOG.warn("service {}: not served: {} (expected: tcp or udp)", service, ports);
              }
            });
  }
}
