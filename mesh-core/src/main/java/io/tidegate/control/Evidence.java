package io.tidegate.control;

import io.tidegate.control.EjectedGroup.Member;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether what other nodes witness is enough to eject an endpoint here: two of them must, and what
 * this node has seen itself outweighs it.
 *
 * <pre>
 *   witnesses   1      2 ──────────────────────── 1 ──── 0      2
 *   here        -      ejected    answered: well ────────┘      ejected
 *                                 as long as any of them speaks
 * </pre>
 */
final class Evidence {

  static final int ENOUGH = 2;

  private final Set<EndpointId> disproved = new HashSet<>();

  /** Whether it has nothing to remember. */
  boolean isClear() {
    return disproved.isEmpty();
  }

  /**
   * Whether it is enough. That others cannot reach a task says nothing of the way to one on this
   * node, which leads through no network.
   */
  boolean isEnough(Task task, Endpoint endpoint) {
    if (endpoint.reach().kind() != Reach.Kind.OVERLAY) {
      return false;
    }
    long witnesses = count(task, endpoint);
    if (witnesses == 0) {
      disproved.remove(endpoint.id());
    }
    return witnesses >= ENOUGH && !disproved.contains(endpoint.id());
  }

  private static long count(Task task, Endpoint endpoint) {
    return task.witnesses().stream()
        .filter(witness -> witness.targetPort() == Members.targetPort(endpoint))
        .distinct()
        .count();
  }

  /** They have answered this node: whoever speaks against them now speaks for itself alone. */
  void onAnswered(Iterable<Member> members, Topology topology) {
    for (Member member : members) {
      Task task = task(topology.servicesById().get(member.serviceId()), member.endpoint());
      if (task != null && count(task, member.endpoint()) > 0) {
        disproved.add(member.endpoint().id());
      }
    }
  }

  private static @Nullable Task task(@Nullable Service service, Endpoint endpoint) {
    List<Task> tasks = service == null ? List.of() : service.tasks();
    return tasks.stream()
        .filter(task -> task.id().equals(endpoint.taskId()))
        .findFirst()
        .orElse(null);
  }

  /** It is gone. */
  void forget(EndpointId id) {
    disproved.remove(id);
  }
}
