package io.tidegate.agent.swarm;

import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Policy;
import java.util.Map;
import java.util.Set;

/** The policy of each service by its labels. */
final class Policies {

  private final Label<BalancingPolicy> balance =
      new Label<>("tidegate.balance", BalancingPolicy::parse, Policy.DEFAULT.balance());
  private final Label<Integer> udpResponses =
      new Label<>(
          "tidegate.udp.responses", Policy::parseUdpResponses, Policy.DEFAULT.udpResponses());

  /** How many bad values there were. */
  long rejected() {
    return balance.rejected() + udpResponses.rejected();
  }

  /** The policy that is in force for a service, also for one whose labels are not known. */
  Policy of(String service) {
    return new Policy(balance.of(service), udpResponses.of(service));
  }

  /** Takes note of a service's labels as they are now. */
  void read(String service, Map<String, String> labels) {
    balance.read(service, labels);
    udpResponses.read(service, labels);
  }

  /** Forgets a service. */
  void forget(String service) {
    balance.forget(service);
    udpResponses.forget(service);
  }

  /** Forgets every service but these. */
  void retain(Set<String> services) {
    balance.retain(services);
    udpResponses.retain(services);
  }
}
