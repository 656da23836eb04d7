package io.tidegate.control;

import io.tidegate.control.EjectedGroup.Member;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The endpoints of a topology that may be ejected: those whose tasks are meant to run. */
final class Members {

  private Members() {}

  /** All of a service. */
  static Set<EndpointId> idsOf(@Nullable Service service) {
    Set<EndpointId> ids = new HashSet<>();
    if (service != null) {
      of(service, _ -> true).forEach(member -> ids.add(member.endpoint().id()));
    }
    return ids;
  }

  /** All on another node, dialled there and not through somebody else. */
  static List<Member> onNode(Topology topology, String nodeId) {
    List<Member> members = new ArrayList<>();
    for (Service service : topology.services()) {
      members.addAll(of(service, task -> isOn(task, nodeId)));
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

  private static List<Member> of(Service service, Predicate<Task> isWanted) {
    List<Member> members = new ArrayList<>();
    for (Task task : service.tasks()) {
      if (isWanted.test(task) && EndpointState.of(task).mayAnswer()) {
        for (Publication publication : service.publications()) {
          Endpoint endpoint = Endpoint.of(task, publication.targetPort());
          members.add(new Member(service.id(), endpoint));
        }
      }
    }
    return members;
  }
}
