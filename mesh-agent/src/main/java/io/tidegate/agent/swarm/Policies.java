package io.tidegate.agent.swarm;

import io.tidegate.routing.BalancingPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy of each service by its label. A bad value changes nothing: the last good policy stays
 * in force, and each new bad value is told once.
 */
final class Policies {

  static final String LABEL = "tidegate.balance";

  private static final Logger LOG = LoggerFactory.getLogger(Policies.class);

  private static final BalancingPolicy DEFAULT = BalancingPolicy.P2C;

  private record InForce(BalancingPolicy policy, @Nullable String label) {}

  private final Map<String, InForce> byService = new HashMap<>();
  private long rejected;

  /** How many bad values there were. */
  long rejected() {
    return rejected;
  }

  /** The policy that is in force for a service whose labels are not known. */
  BalancingPolicy of(String service) {
    InForce inForce = byService.get(service);
    return inForce == null ? DEFAULT : inForce.policy;
  }

  /** Takes note of a service's labels as they are now. */
  void read(String service, Map<String, String> labels) {
    String label = labels.get(LABEL);
    InForce before = byService.getOrDefault(service, new InForce(DEFAULT, null));
    if (label == null) {
      byService.put(service, new InForce(DEFAULT, null));
    } else if (!label.equals(before.label)) {
      byService.put(service, new InForce(parse(service, label, before.policy), label));
    }
  }

  /** Forgets every service but these. */
  void retain(Set<String> services) {
    byService.keySet().retainAll(services);
  }

  private BalancingPolicy parse(String service, String label, BalancingPolicy before) {
    try {
      return BalancingPolicy.parse(label);
    } catch (IllegalArgumentException e) {
      rejected++;
      LOG.warn("service {}: label {}: {}; {} stays", service, LABEL, e.getMessage(), before);
      return before;
    }
  }
}
