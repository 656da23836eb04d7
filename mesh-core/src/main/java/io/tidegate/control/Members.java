package io.tidegate.control;

import io.tidegate.control.EjectedGroup.Member;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The endpoints of a topology that may be ejected: those whose tasks are meant to run. */
final class Members {

  private Members() {}

  /** All of a service, but for those at virtual addresses. */
  static Set<EndpointId> idsOf(@Nullable Service service) {
    Set<EndpointId> ids = new HashSet<>();
    if (service != null) {
      of(service, _ -> true).forEach(member -> ids.add(member.endpoint().id()));
    }
    return ids;
  }

  /** All of a service. */
  static Set<EndpointId> allIdsOf(@Nullable Service service) {
    Set<EndpointId> ids = idsOf(service);
    if (service != null) {
      virtual(service, _ -> true).forEach(member -> ids.add(member.endpoint().id()));
    }
    return ids;
  }

  /** All on another node, dialled there and not through somebody else. */
  static List<Member> onNode(Topology topology, String nodeId) {
    List<Member> members = new ArrayList<>();
    for (Service service : topology.services()) {
      members.addAll(of(service, task -> isOn(task, nodeId)));
      members.addAll(virtual(service, task -> task.nodeId().equals(nodeId)));
    }
    return members;
  }

  private static boolean isOn(Task task, String nodeId) {
    return task.nodeId().equals(nodeId) && isOnAnotherNode(task.reach());
  }

  /** Whether silence may be the node's: a task on this one is dialled through no network. */
  static boolean isOnAnotherNode(Reach reach) {
    return reach.kind() == Reach.Kind.OVERLAY || reach.kind() == Reach.Kind.DIRECT;
  }

  /**
   * One on each other node, but for some nodes, of those that a connect is to be answered by.
   *
   * @param isEjected says of which there is rather taken another on the same node
   * @param random says from which service on they are looked for
   */
  static List<Member> onePerNode(
      Topology topology,
      Set<String> withoutNodeIds,
      Predicate<EndpointId> isEjected,
      RandomGenerator random) {
    Map<String, Member> byNode = new LinkedHashMap<>();
    List<Service> services = topology.services();
    int start = services.isEmpty() ? 0 : random.nextInt(services.size());
    for (int i = 0; i < services.size(); i++) {
      answering(services.get((start + i) % services.size()))
          .filter(member -> !withoutNodeIds.contains(member.endpoint().nodeId()))
          .forEach(
              member ->
                  byNode.merge(
                      member.endpoint().nodeId(),
                      member,
                      (known, other) -> isEjected.test(known.endpoint().id()) ? other : known));
    }
    return List.copyOf(byNode.values());
  }

  private static Stream<Member> answering(Service service) {
    int port = tcpPort(service);
    return port == 0
        ? Stream.of()
        : service.tasks().stream()
            .filter(task -> EndpointState.of(task) == EndpointState.READY)
            .filter(task -> isOnAnotherNode(task.reach()))
            .map(task -> new Member(service.id(), Endpoint.of(task, port)));
  }

  /** One that its tasks are to have, or 0. */
  private static int tcpPort(Service service) {
    return service.publications().stream()
        .filter(publication -> publication.port().protocol() == Protocol.TCP)
        .mapToInt(Publication::targetPort)
        .findFirst()
        .orElse(0);
  }

  /** The port of the task, on whatever way it is reached through no other's port. */
  static int targetPort(Endpoint endpoint) {
    return Objects.requireNonNull(endpoint.address()).getPort();
  }

  private static List<Member> of(Service service, Predicate<Task> isWanted) {
    List<Member> members = new ArrayList<>();
    for (Task task : service.tasks()) {
      if (isWanted.test(task)) {
        members.addAll(of(service, task));
      }
    }
    return members;
  }

  /** Those at virtual addresses, once for each network. */
  private static List<Member> virtual(Service service, Predicate<Task> isWanted) {
    List<Member> members = new ArrayList<>();
    for (VirtualIp ip : service.virtualIps()) {
      if (ip.isRouted()) {
        service.tasks().stream()
            .filter(isWanted)
            .map(task -> VirtualRoutes.endpoint(task, ip))
            .filter(endpoint -> endpoint.state().mayAnswer())
            .forEach(endpoint -> members.add(new Member(service.id(), endpoint, true)));
      }
    }
    return members;
  }

  /** All of one task of a service, but for those at virtual addresses. */
  static List<Member> of(Service service, Task task) {
    if (!EndpointState.of(task).mayAnswer()) {
      return List.of();
    }
    return service.publications().stream()
        .map(publication -> Endpoint.of(task, publication.targetPort()))
        .map(endpoint -> new Member(service.id(), endpoint))
        .toList();
  }
}
