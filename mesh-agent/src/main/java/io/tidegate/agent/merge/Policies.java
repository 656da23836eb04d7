package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.ServiceLabels;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Timeouts;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What only some sources tell of a service, kept for those that do not: its labels, its age, and
 * how long its tasks may take to stop.
 */
final class Policies {

  /** A task is told to stop so long before its stop signal: until the others know, Swarm hopes. */
  private static final Duration BEFORE_STOP_SIGNAL = Duration.ofSeconds(2);

  private final VipScope scope;
  private final ServiceLabels labels = new ServiceLabels();
  private final Map<String, Long> createdAtNanos = new HashMap<>();
  // Of those only that do not have Swarm's default.
  private final Map<String, Duration> stopGraces = new HashMap<>();

  /** Those of an agent that leaves all virtual addresses to Docker. */
  Policies() {
    this(VipScope.NONE);
  }

  Policies(VipScope scope) {
    this.scope = scope;
  }

  /** How many bad values and unknown labels there were. */
  long rejected() {
    return labels.rejected();
  }

  /** Takes note of a service as it is declared now. */
  void read(ClusterService service) {
    labels.read(service.name(), service.labels());
    createdAtNanos.put(service.name(), service.createdAtNanos());
    if (service.stopGrace().equals(ClusterService.DEFAULT_STOP_GRACE)) {
      stopGraces.remove(service.name());
    } else {
      stopGraces.put(service.name(), service.stopGrace());
    }
  }

  /** Forgets every service but these. */
  void retain(Set<String> services) {
    labels.retain(services);
    createdAtNanos.keySet().retainAll(services);
    stopGraces.keySet().retainAll(services);
  }

  /** Forgets a service. */
  void forget(String service) {
    labels.forget(service);
    createdAtNanos.remove(service);
    stopGraces.remove(service);
  }

  /** Whether a service's new tasks are to be checked before they take clients. */
  boolean isCheckedFirst(String service) {
    HealthCheck check = labels.of(service).policy().check();
    return check.isOn() && !check.isReadyFirst();
  }

  /** Whether the virtual addresses of a service are to have routes. */
  boolean isVirtual(String service) {
    return scope.covers(labels.of(service).vip());
  }

  /** Whether a service publishes any port, by whatever means. */
  boolean isPublished(SeenService seen) {
    return !labels.of(seen.name()).beside(seen.publications()).isEmpty();
  }

  /** A service with its tasks as the mesh wants it, with all that is known of it. */
  Service service(SeenService seen, List<Task> tasks) {
    // the name is also the id: gossip knows no other, and a promoted node must not start anew
    String name = seen.name();
    Declared declared = labels.of(name);
    Policy policy = policy(name, declared.policy());
    return new Service(
        name,
        name,
        createdAtNanos.getOrDefault(name, 0L),
        policy,
        scope == VipScope.NONE ? policy : policy(name, declared.virtualPolicy()),
        declared.beside(seen.publications()),
        seen.virtualIps(),
        seen.virtualIps().isEmpty() ? null : scope.objectionTo(declared.vip()),
        tasks);
  }

  /** Where a service does not declare when its relays are closed, that is when Swarm kills it. */
  private Policy policy(String name, Policy declared) {
    Timeouts timeouts = declared.timeouts();
    return timeouts.drain() == null
        ? declared.withTimeouts(timeouts.withDrain(untilKilled(name)))
        : declared;
  }

  private Duration untilKilled(String name) {
    Duration stopGrace = stopGraces.getOrDefault(name, ClusterService.DEFAULT_STOP_GRACE);
    Duration longest = Timeouts.LONGEST.minus(BEFORE_STOP_SIGNAL);
    return BEFORE_STOP_SIGNAL.plus(stopGrace.compareTo(longest) < 0 ? stopGrace : longest);
  }
}
