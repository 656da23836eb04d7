package io.tidegate.control;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Node;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import io.tidegate.routing.Witness;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A control loop in hand-moved time, with what it published and the probes that it asked for. */
final class HealthFixture {

  private static final int TARGET_PORT = 80;

  /** A service with tasks that are named like their nodes, unless they say otherwise. */
  record Offer(Service service) {}

  final List<RoutingTable> published = new ArrayList<>();
  final List<String> probed = new ArrayList<>();
  final List<Testimony> testimonies = new ArrayList<>();
  final ControlLoop control;
  long firstEjectedNanos;
  private Topology topology = Topology.EMPTY;
  private List<Node> nodes = List.of();
  // Close to where a NanoClock turns negative: only differences mean anything.
  private long nowNanos = Long.MAX_VALUE - 1_000;

  /** One whose ejections are neither shortened nor lengthened. */
  HealthFixture() {
    this(() -> Long.MIN_VALUE);
  }

  HealthFixture(RandomGenerator random) {
    control =
        new ControlLoop(
            () -> nowNanos,
            random,
            published::add,
            _ -> {},
            (_, endpoint) -> probed.add(endpoint.taskId()),
            testimonies::addAll);
  }

  // --- what is discovered ---

  static Offer service(String id, int port, String... taskIds) {
    return service(id, List.of(port), taskIds);
  }

  static Offer service(String id, List<Integer> ports, String... taskIds) {
    return service(id, ports, Stream.of(taskIds).map(t -> task(t, "n-" + t)).toList());
  }

  static Offer service(String id, List<Integer> ports, List<Task> tasks) {
    return new Offer(
        new Service(
            id,
            id,
            BalancingPolicy.P2C,
            ports.stream()
                .map(port -> new Publication(PublishedPort.tcp(port), TARGET_PORT))
                .toList(),
            tasks));
  }

  static Task task(String id, String nodeId) {
    return task(id, nodeId, TaskState.RUNNING);
  }

  static Task task(String id, String nodeId, TaskState state) {
    return new Task(id, "web." + id, nodeId, state, reach(id));
  }

  /** An address of its own for each task. */
  static Reach reach(String taskId) {
    int hash = taskId.hashCode() & 0xffff;
    return Reach.overlay(
        InetAddress.ofLiteral("10.0." + (hash >> 8) + "." + (hash & 0xff)), "/netns", "test");
  }

  /** From now on there are others to tell. */
  void knowOthers() {
    nodes = List.of(new Node("other", "other", InetAddress.ofLiteral("192.0.2.1")));
  }

  /** The same task with nodes that speak against its only port. */
  static Task witnessed(Task task, String... nodeIds) {
    List<Witness> witnesses =
        Stream.of(nodeIds).map(nodeId -> new Witness(nodeId, TARGET_PORT)).toList();
    return witnessed(task, witnesses);
  }

  static Task witnessed(Task task, List<Witness> witnesses) {
    return new Task(
        task.id(), task.name(), task.nodeId(), task.state(), task.reach(), Origin.NONE, witnesses);
  }

  void offer(Offer... services) {
    topology = new Topology(Stream.of(services).map(Offer::service).toList(), nodes);
    control.offer(topology);
    control.doWork();
  }

  void offerTasks(Task... tasks) {
    offer(service("s1", List.of(8080), List.of(tasks)));
  }

  // --- what connects tell ---

  /** So many connects in a row have failed by now; half a second later the table says so. */
  void failed(String taskId, int failuresInARow) {
    if (firstEjectedNanos == 0) {
      firstEjectedNanos = nowNanos + ControlLoop.COALESCE.toNanos();
    }
    pass(ControlLoop.COALESCE);
    tell(taskId, Result.REFUSED, failuresInARow, false);
    control.doWork();
  }

  void silent(String taskId) {
    tell(taskId, Result.SILENT, 1, false);
    control.doWork();
  }

  /** A probe has ended, long enough after the last table for another one at once. */
  void probe(String taskId, Result result) {
    tell(taskId, result, 0, true);
    control.doWork();
  }

  void tell(String taskId, Result result, int failuresInARow, boolean isProbe) {
    control.offer(outcome(taskId, result, failuresInARow, isProbe));
  }

  ConnectOutcome outcome(String taskId, Result result, int failuresInARow, boolean isProbe) {
    for (Service service : topology.services()) {
      for (Task task : service.tasks()) {
        if (task.id().equals(taskId)) {
          return new ConnectOutcome(
              service.id(), Endpoint.of(task, TARGET_PORT), result, failuresInARow, isProbe);
        }
      }
    }
    Endpoint gone = Endpoint.of(task(taskId, "n-" + taskId), TARGET_PORT);
    return new ConnectOutcome("s1", gone, result, failuresInARow, isProbe);
  }

  // --- time ---

  void pass(Duration time) {
    nowNanos += time.toNanos();
    control.doWork();
  }

  long nowNanos() {
    return nowNanos;
  }

  long idleNanos() {
    return control.idleNanos();
  }

  // --- what is in force ---

  Route route() {
    return route(8080);
  }

  Route route(int port) {
    return Objects.requireNonNull(published.getLast().routes().get(PublishedPort.tcp(port)));
  }

  List<String> picked() {
    return picked(8080);
  }

  List<String> picked(int port) {
    return route(port).endpoints().stream().map(Endpoint::taskId).toList();
  }

  Ejection ejected(String taskId) {
    return route().withheld().stream()
        .filter(endpoint -> endpoint.taskId().equals(taskId))
        .map(Endpoint::ejection)
        .map(Objects::requireNonNull)
        .findFirst()
        .orElseThrow();
  }

  double secondsLeft(String taskId) {
    return (ejected(taskId).untilNanos() - nowNanos) / 1e9;
  }
}
