package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.ServiceLabels;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What only some sources tell of a service, kept for those that do not: its labels and its age. */
final class Policies {

  private final ServiceLabels labels = new ServiceLabels();
  private final Map<String, Long> createdAtNanos = new HashMap<>();

  /** How many bad values and unknown labels there were. */
  long rejected() {
    return labels.rejected();
  }

  /** Takes note of a service as it is declared now. */
  void read(ClusterService service) {
    labels.read(service.name(), service.labels());
    createdAtNanos.put(service.name(), service.createdAtNanos());
  }

  /** Forgets every service but these. */
  void retain(Set<String> services) {
    labels.retain(services);
    createdAtNanos.keySet().retainAll(services);
  }

  /** Whether a service's new tasks are to be checked before they take clients. */
  boolean isCheckedFirst(String service) {
    HealthCheck check = labels.of(service).policy().check();
    return check.isOn() && !check.isReadyFirst();
  }

  /** A service with its tasks as the mesh wants it, with all that is known of it. */
  Service service(SeenService seen, List<Task> tasks) {
    // the name is also the id: gossip knows no other, and a promoted node must not start anew
    String name = seen.name();
    Declared declared = labels.of(name);
    return new Service(
        name,
        name,
        createdAtNanos.getOrDefault(name, 0L),
        declared.policy(),
        declared.beside(seen.publications()),
        seen.virtualIps(),
        tasks);
  }
}
