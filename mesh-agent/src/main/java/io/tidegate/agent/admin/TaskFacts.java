package io.tidegate.agent.admin;

import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the newest topology knows of tasks beyond the routing table, looked at once for one answer.
 *
 * @param source the name of the agent's source
 * @param hostnames by the ids of nodes
 */
record TaskFacts(
    Map<String, List<Task>> tasksByService,
    String source,
    Map<String, String> hostnames,
    Instant now) {

  static TaskFacts of(AgentView view, Instant now) {
    Map<String, List<Task>> tasks = new HashMap<>();
    for (Service service : view.changes().topology().services()) {
      tasks.put(service.id(), service.tasks());
    }
    return new TaskFacts(tasks, view.source().name(), view.hostnames(), now);
  }

  /** The nodes that speak against an endpoint, as witnesses: their names, or ids without one. */
  List<String> witnessesOf(String serviceId, Endpoint endpoint) {
    InetSocketAddress address = endpoint.address();
    return tasksByService.getOrDefault(serviceId, List.of()).stream()
        .filter(task -> task.id().equals(endpoint.taskId()))
        .flatMap(task -> task.witnesses().stream())
        .filter(witness -> address != null && witness.targetPort() == address.getPort())
        .map(witness -> hostnames.getOrDefault(witness.nodeId(), witness.nodeId()))
        .toList();
  }

  /** The origins of a service's tasks by their ids. */
  Map<String, OriginAnswer> originsOf(String serviceId) {
    Map<String, OriginAnswer> origins = new HashMap<>();
    for (Task task : tasksByService.getOrDefault(serviceId, List.of())) {
      origins.put(task.id(), OriginAnswer.of(task.origin(), source, now));
    }
    return origins;
  }
}
