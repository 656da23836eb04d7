package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.agent.docker.Reading;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A discovery that is told of the Swarm of {@link Answers}, and asked what it knows. */
abstract class DiscoveryFixture {

  static final ClusterStore.Heard HEARD = new ClusterStore.Heard("test", 7);

  static final ClusterTask TASK =
      Answers.cluster().tasks().stream()
          .filter(task -> task.id().equals(Answers.TASK_ON_N1))
          .findFirst()
          .orElseThrow();

  long timeOfDayNanos;
  final Discovery discovery = new Discovery(() -> timeOfDayNanos);

  static ClusterTask taskOf(ClusterService service) {
    return Answers.cluster().tasks().stream()
        .filter(task -> task.serviceId().equals(service.id()))
        .findFirst()
        .orElseThrow();
  }

  void leaderless(NetworkAnswers.Network ingress, long second) {
    Reading reading = Answers.manager();
    discovery.onReading(
        new Reading(
            reading.engine(), null, ingress, reading.local(), reading.sandbox(), true, "no leader"),
        seconds(second));
  }

  /** The manager n1 is a worker from now on. */
  void demoted(NetworkAnswers.Network ingress, long second) {
    Reading reading = Answers.manager();
    String nodeId = reading.engine().swarm().nodeId();
    discovery.onReading(
        new Reading(
            Answers.workerEngine(nodeId),
            null,
            ingress,
            reading.local(),
            reading.sandbox(),
            true,
            null),
        seconds(second));
  }

  void mark(TaskMark.Kind kind, String taskId, long nowNanos) {
    discovery.onMark(new TaskMark(taskId, kind, 1), "test", nowNanos);
  }

  void beWatched() {
    discovery.onReading(Answers.manager(), 0);
    discovery.onListed("stream", Answers.cluster(), 0);
    assertThat(taskIds()).hasSize(7);
  }

  static Commit put(ClusterObject object) {
    return new Commit(List.of(new Commit.Change.Put(object)));
  }

  /** What the API tells after a commit. */
  static Reading reading(Commit commit) {
    ClusterStore store = new ClusterStore();
    store.replace(Answers.cluster(), HEARD, HEARD.atNanos());
    store.apply(commit, HEARD);
    return reading(store.state());
  }

  static Reading reading(ClusterState state) {
    Reading reading = Answers.manager();
    return new Reading(
        reading.engine(), state, reading.ingress(), reading.local(), reading.sandbox(), true, null);
  }

  static ClusterTask withState(ClusterTask task, long version, ClusterTask.State state) {
    return new ClusterTask(
        task.id(),
        Version.at(version),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        state,
        task.desiredState(),
        task.attachments());
  }

  static ClusterTask withDesired(ClusterTask task, ClusterTask.State desired) {
    return new ClusterTask(
        task.id(),
        Version.at(task.version().index() + 1),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        task.state(),
        desired,
        task.attachments());
  }

  static ClusterNode withState(ClusterNode node, long version, ClusterNode.State state) {
    return new ClusterNode(
        node.id(),
        Version.at(version),
        node.name(),
        node.address(),
        state,
        node.availability(),
        node.role());
  }

  static ClusterService withLabel(ClusterService service, long version, String policy) {
    return new ClusterService(
        service.id(),
        Version.at(version),
        service.createdAt(),
        service.name(),
        Map.of("tidegate.balance", policy),
        service.ports(),
        service.virtualIps());
  }

  static ClusterService cluster(String name) {
    return Answers.cluster().services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  Service service(String name) {
    return services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  static ClusterService byLabelAlone(ClusterService service) {
    return new ClusterService(
        service.id(),
        service.version(),
        service.createdAt(),
        service.name(),
        Map.of("tidegate.publish", "8443:443/tcp"),
        List.of(),
        service.virtualIps());
  }

  static ClusterTask withoutNetworks(ClusterTask task) {
    return new ClusterTask(
        task.id(),
        task.version(),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        task.state(),
        task.desiredState(),
        List.of());
  }

  static NetworkAnswers.Network ingressWithout(String service, String peer) {
    NetworkAnswers.Network ingress = Answers.ingress("n2");
    Map<String, NetworkAnswers.GossipService> services = new HashMap<>(ingress.services());
    services.remove(service);
    List<NetworkAnswers.Peer> peers =
        ingress.peers().stream().filter(p -> !p.address().equals(peer)).toList();
    return new NetworkAnswers.Network(
        ingress.id(), ingress.name(), true, ingress.containers(), peers, services);
  }

  static String withoutReaches(Service service) {
    List<String> tasks =
        service.tasks().stream().map(t -> t.id() + t.name() + t.nodeId() + t.state()).toList();
    return service.id() + service.publications() + tasks;
  }

  List<Service> services() {
    return Objects.requireNonNull(discovery.topology(seconds(1))).services();
  }

  List<String> taskIds() {
    return services().stream().flatMap(s -> s.tasks().stream()).map(Task::id).toList();
  }

  Task task(String id) {
    return Objects.requireNonNull(taskOrNull(id), id);
  }

  @Nullable Task taskOrNull(String id) {
    return find(id, 1);
  }

  Task task(String id, long seconds) {
    return Objects.requireNonNull(find(id, seconds), id);
  }

  @Nullable Task find(String id, long seconds) {
    return Objects.requireNonNull(discovery.topology(seconds(seconds))).services().stream()
        .flatMap(service -> service.tasks().stream())
        .filter(task -> task.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
