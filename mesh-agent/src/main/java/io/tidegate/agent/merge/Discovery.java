package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.LocalTasks;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.Node;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.SwarmTraits;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Makes topologies of all that is known: what the Swarm runs ({@link SwarmView}), what nodes say of
 * their own tasks ({@link TaskMarks}), and as {@link Witnesses} of all, and how this node reaches
 * them ({@link ReachPlanner}). Owned by one thread, needs neither thread nor socket; all times are
 * of the same clock, in nanoseconds.
 */
public final class Discovery {

  /** When Swarm itself stops a task, a manager says so 2 s before the signal. */
  private static final Duration CLUSTER_STOP_HOLD = Duration.ofSeconds(5);

  /** Gossip never says that a task is being stopped: only its death, or this. */
  private static final Duration GOSSIP_STOP_HOLD = Duration.ofMinutes(10);

  private final EpochNanoClock timeOfDay;
  private final RoutedServices routed = new RoutedServices();
  private final VipScope scope;
  private final SwarmView view;
  private final TaskMarks marks = new TaskMarks();
  private final Witnesses witnesses = new Witnesses();
  private final AwaitedTasks awaited = new AwaitedTasks();
  private final StartedTasks started = new StartedTasks();

  private LocalTasks local = LocalTasks.NONE;
  private @Nullable ReachPlanner reaches;
  private String ownNodeId = "";
  private boolean isDaemonLost;
  private long readingAsOfNanos = Long.MAX_VALUE;
  private List<Node> otherNodes = List.of();
  private @Nullable Origin newestMark;
  private @Nullable Topology topology;
  private List<Node> topologyNodes = List.of();

  /**
   * One that leaves all virtual addresses to Docker.
   *
   * @param timeOfDay for people: when something was heard
   */
  public Discovery(EpochNanoClock timeOfDay) {
    this(timeOfDay, VipScope.NONE);
  }

  /**
   * @param timeOfDay for people: when something was heard
   * @param scope of which services the virtual addresses are to have routes
   */
  public Discovery(EpochNanoClock timeOfDay, VipScope scope) {
    this.timeOfDay = timeOfDay;
    this.scope = scope;
    this.view = new SwarmView(timeOfDay, routed, scope);
  }

  /** What is known of the Swarm, to be asked only. */
  public SwarmView view() {
    return view;
  }

  /** True if the next reading is worth having soon. */
  public boolean isUnsettled(long nowNanos) {
    return view.isUnsettled() || awaited.areAny(nowNanos) || local.isAnyHomeUnknown();
  }

  /** True if a node said something of its own tasks, or as a witness, that is over with time. */
  public boolean hasMarks() {
    return !marks.isEmpty() || !witnesses.isEmpty();
  }

  /** A reading begins: what is heard until it is done may be newer. */
  public void onReadingBegun() {
    readingAsOfNanos = timeOfDay.nanoTime();
  }

  /**
   * Takes a reading.
   *
   * @return whether it shows that the stream has missed something
   */
  public boolean onReading(Reading reading, long nowNanos) {
    isDaemonLost = false;
    view.onEngine(reading.engine().swarm());
    onNodeId(reading.engine().swarm().nodeId(), nowNanos);
    ClusterState told = reading.cluster();
    NetworkAnswers.Network ingress = reading.ingress();
    boolean hasGap = false;
    if (told != null) {
      hasGap = view.onApi(told, readingAsOfNanos, nowNanos);
      awaited.onChange(nowNanos);
    } else if (!reading.engine().swarm().controlAvailable()) {
      view.onNoApi(nowNanos);
    } else if (reading.isWhole()) {
      view.onApiFailed();
    }
    if (ingress != null && reading.isWhole()) {
      boolean isWanted = told == null && (view.stream() == null || view.isLeaderless());
      view.onGossip(ingress, isWanted, nowNanos);
    }
    if (view.stream() != null && !view.isLeaderless()) {
      view.settleDoubts(nowNanos);
    }
    otherNodes = view.otherNodes();
    local = started.after(reading.local());
    plan(
        new ReachPlanner(
            local, reading.sandbox(), ingress == null ? null : GossipView.reachable(ingress)));
    return hasGap;
  }

  /**
   * Who this node is, by a reading or by its certificate: whoever tells it first, what others tell
   * after that stays.
   *
   * @return whether it was another one before, of whose Swarm nothing is true any more
   */
  public boolean onNodeId(String nodeId, long nowNanos) {
    if (nodeId.equals(ownNodeId)) {
      return false;
    }
    boolean isOther = !ownNodeId.isEmpty();
    if (isOther) {
      view.onOtherSwarm(nowNanos);
      otherNodes = view.otherNodes();
    }
    ownNodeId = nodeId;
    routed.touchAll();
    return isOther;
  }

  private void plan(ReachPlanner planner) {
    ReachPlanner before = reaches;
    reaches = planner;
    if (before == null || planner.isOtherThan(before)) {
      routed.touchAll();
      return;
    }
    planner.local().differences(before.local()).forEach(this::touchTask);
    Set<InetAddress> moved = planner.reachableOtherThan(before);
    if (!moved.isEmpty()) {
      touchTasksAt(moved);
    }
    if (scope != VipScope.NONE && planner.hasOtherOverlays(before)) {
      view.services().values().stream()
          .filter(service -> planner.isOtherInside(service.virtualIps(), before))
          .forEach(service -> routed.touch(service.name()));
    }
  }

  private void touchTasksAt(Set<InetAddress> addresses) {
    for (SeenService service : view.services().values()) {
      for (SeenTask task : service.tasks()) {
        if (task.ingressAddress() != null && addresses.contains(task.ingressAddress())) {
          routed.touch(service.name());
        }
      }
    }
  }

  private void touchTask(String taskId) {
    String service = view.serviceOf(taskId);
    if (service != null) {
      routed.touch(service);
    }
  }

  /**
   * A task's container runs on this node. No reading has told it yet, and the way to it is the one
   * that needs none: its ingress address.
   */
  public void onStarted(String taskId, String containerId) {
    started.add(taskId, containerId);
    local = started.with(local);
    if (reaches != null) {
      plan(new ReachPlanner(local, reaches.sandbox(), reaches.reachable()));
    }
  }

  /**
   * What was known before the start, until somebody tells more.
   *
   * @param nodeId this node's id at that time
   */
  public void onSaved(String nodeId, ClusterState state, Sandbox sandbox, long nowNanos) {
    ownNodeId = nodeId;
    view.onSaved(state, nowNanos);
    otherNodes = view.otherNodes();
    plan(new ReachPlanner(local, sandbox, null));
  }

  /** A stream begins with all that there is now. */
  public void onListed(String source, ClusterState state, long nowNanos) {
    onListed(source, state, timeOfDay.nanoTime(), nowNanos);
  }

  /**
   * A stream begins with all that there was a moment ago.
   *
   * @param asOfNanos that moment, since 1970: what was heard later stays
   */
  public void onListed(String source, ClusterState state, long asOfNanos, long nowNanos) {
    view.onListed(source, state, asOfNanos, nowNanos);
    onTold(nowNanos);
  }

  /** One commit of the stream. */
  public void onCommit(Commit commit, long nowNanos) {
    view.onCommit(commit, nowNanos);
    onTold(nowNanos);
  }

  private void onTold(long nowNanos) {
    awaited.onChange(nowNanos);
    otherNodes = view.otherNodes();
  }

  /** Where agents of other nodes take clients of this one, by the ids of their nodes. */
  public void onHops(Map<String, HopOffers> offers) {
    view.onHops(offers);
    otherNodes = view.otherNodes();
  }

  /** The stream ended: what it told stays until another source speaks. */
  public void onStreamLost() {
    view.onStreamLost();
  }

  /** The daemon cannot be read: what is known stays, as far as it can still be reached. */
  public void onReadFailed(Sandbox sandbox) {
    if (reaches != null && !isDaemonLost) {
      plan(new ReachPlanner(local, sandbox, reaches.reachable()));
    }
  }

  /**
   * The daemon went away or is about to. Its overlay goes with it, a second later and without a
   * word to the sockets in it: from now on other nodes are the better way to what is not on this
   * one.
   */
  public void onDaemonLost() {
    isDaemonLost = true;
    view.onDaemonLost();
    if (reaches != null && !otherNodes.isEmpty()) {
      Sandbox lost = reaches.sandbox().lost("this node's Docker goes away, its overlay with it");
      plan(new ReachPlanner(local, lost, reaches.reachable()));
    }
  }

  /**
   * A task's node says something of it before any manager does.
   *
   * @param source who told it: this node's events, or another node
   */
  public void onMark(TaskMark mark, String source, long nowNanos) {
    Duration hold = view.isGossip() ? GOSSIP_STOP_HOLD : CLUSTER_STOP_HOLD;
    onMark(mark, source, hold, nowNanos);
  }

  /** The task may be about to be stopped: Swarm will tell. */
  public void onSuspect(TaskMark mark, String source, long nowNanos) {
    onMark(mark, source, CLUSTER_STOP_HOLD, nowNanos);
  }

  private void onMark(TaskMark mark, String source, Duration hold, long nowNanos) {
    Origin origin = new Origin(source, mark.atNanos(), timeOfDay.nanoTime());
    switch (mark.kind()) {
      case STOPPING -> marks.onStopping(mark.taskId(), origin, hold, nowNanos);
      case HEALTHY -> marks.onHealthy(mark.taskId());
      case DIED -> marks.onDied(mark.taskId(), origin, nowNanos);
      case UNWELL -> marks.onChecked(mark.taskId(), false, origin, nowNanos);
      case WELL -> marks.onChecked(mark.taskId(), true, origin, nowNanos);
      case EJECTED, REVIVED -> throw new IllegalArgumentException(mark + " (expected: no witness)");
    }
    newestMark = origin;
    touchTask(mark.taskId());
  }

  /** A node speaks as a witness; the mark names it. Of no use of tasks that are not known here. */
  public Hearing onWitness(TaskMark mark, long nowNanos) {
    if (mark.witness().equals(ownNodeId) || view.serviceOf(mark.taskId()) == null) {
      return Hearing.KNOWN;
    }
    Hearing hearing = witnesses.onMark(mark, nowNanos);
    if (hearing == Hearing.NEWS) {
      touchTask(mark.taskId());
    }
    return hearing;
  }

  /** This node's id in the Swarm, empty as long as it is not known. */
  public String ownNodeId() {
    return ownNodeId;
  }

  /** What is known now, or null before the first reading; the same object if nothing changed. */
  public @Nullable Topology topology(long nowNanos) {
    ReachPlanner planner = reaches;
    if (planner == null) {
      return null;
    }
    marks.expire(nowNanos).forEach(this::touchTask);
    witnesses.expire(nowNanos).forEach(this::touchTask);
    ChunkedMap<String, Service> services =
        routed.refresh(view.services(), seen -> service(seen, planner, nowNanos));
    awaited.retain(view.services().keySet());
    SwarmTraits traits = traits(topology);
    if (topology == null
        || !services.equals(topology.servicesById())
        || !traits.equals(topology.traits())
        || !otherNodes.equals(topologyNodes)) {
      topologyNodes = otherNodes;
      topology = new Topology(services, otherNodes, traits, newest());
    }
    return topology;
  }

  /** The same object where nothing changed. */
  private SwarmTraits traits(@Nullable Topology before) {
    SwarmTraits now = new SwarmTraits(ownNodeId, view.traits());
    return before != null && now.equals(before.traits()) ? before.traits() : now;
  }

  private Origin newest() {
    Origin told = view.newest();
    return newestMark == null || newestMark.heardAtNanos() < told.heardAtNanos()
        ? told
        : newestMark;
  }

  /** Null for one that publishes nothing, and has no virtual address that counts on this node. */
  private @Nullable Service service(SeenService told, ReachPlanner planner, long nowNanos) {
    awaited.forget(told.name());
    SeenService seen =
        view.isVirtual(told.name()) ? told.withVirtualIps(planner.inside(told.virtualIps())) : told;
    boolean isPublished = scope == VipScope.NONE || view.isPublished(seen);
    if (!isPublished && seen.virtualIps().stream().noneMatch(VirtualIp::isRouted)) {
      return null;
    }
    boolean isCheckedFirst = view.isCheckedFirst(seen.name());
    List<Task> tasks = new ArrayList<>(seen.tasks().size());
    for (SeenTask task : seen.tasks()) {
      if (isAwaited(task, planner)) {
        awaited.add(seen.name());
      }
      if (isCheckedFirst && task.state() == TaskState.RUNNING) {
        marks.onNew(task.id(), task.origin(), newForNanos(task), nowNanos);
      }
      if (!isMissing(task) && !marks.isDead(task.id())) {
        Reach reach =
            isPublished ? planner.plan(task) : planner.planUnpublished(task, seen.virtualIps());
        tasks.add(task(marked(task), reach));
      }
    }
    return view.service(seen, tasks);
  }

  /** For how long it still counts as new; 0 where nobody tells since when it runs. */
  private long newForNanos(SeenTask task) {
    long sinceNanos = task.origin().writtenAtNanos();
    return sinceNanos == 0 ? 0 : sinceNanos + TaskMarks.CHECK_HOLD.toNanos() - timeOfDay.nanoTime();
  }

  private SeenTask marked(SeenTask task) {
    if (task.state() == TaskState.DRAINING) {
      return task;
    }
    Origin stopping = marks.stopping(task.id());
    Origin unwell = marks.unwell(task.id());
    return stopping != null
        ? task.as(TaskState.DRAINING, stopping)
        : unwell != null ? task.as(TaskState.UNWELL, unwell) : task;
  }

  private Task task(SeenTask task, Reach reach) {
    return new Task(
        task.id(),
        task.name(),
        task.nodeId(),
        task.state(),
        reach,
        task.origin(),
        witnesses.of(task.id()),
        task.addresses());
  }

  private boolean isMissing(SeenTask task) {
    return task.nodeId().equals(ownNodeId) && !local.isRunning(task.id());
  }

  private boolean isAwaited(SeenTask task, ReachPlanner planner) {
    return task.state() == TaskState.RUNNING
        && !marks.isDead(task.id())
        && (isMissing(task) || planner.isAwaited(task));
  }
}
