package io.tidegate.agent.merge;

import io.tidegate.routing.Publication;
import io.tidegate.routing.VirtualIp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A service as one source tells it, before anyone asks how its tasks are reached.
 *
 * @param name the one word for a service that every source knows: unique in a Swarm
 * @param virtualIps its addresses on the networks that are known here
 * @param publications the ports published through Docker's mesh, TCP and UDP
 */
record SeenService(
    String name, List<Publication> publications, List<VirtualIp> virtualIps, List<SeenTask> tasks) {
  SeenService {
    publications = List.copyOf(publications);
    virtualIps = List.copyOf(virtualIps);
    tasks = List.copyOf(tasks);
  }

  SeenService withTasks(List<SeenTask> others) {
    return new SeenService(name, publications, virtualIps, others);
  }

  /** A task that is as it was before was not changed by what told it once more. */
  SeenService withOriginsOf(SeenService before) {
    Map<String, SeenTask> tasksBefore = HashMap.newHashMap(before.tasks.size());
    before.tasks.forEach(task -> tasksBefore.put(task.id(), task));
    return withTasks(
        tasks.stream()
            .map(
                task -> {
                  SeenTask old = tasksBefore.get(task.id());
                  return old != null && old.as(old.state(), task.origin()).equals(task)
                      ? old
                      : task;
                })
            .toList());
  }

  SeenService withVirtualIps(List<VirtualIp> others) {
    return new SeenService(name, publications, others, tasks);
  }

  SeenService withPublications(List<Publication> others) {
    return new SeenService(name, others, virtualIps, tasks);
  }
}
