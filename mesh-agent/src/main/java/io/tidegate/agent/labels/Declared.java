package io.tidegate.agent.labels;

import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a service declares by its labels.
 *
 * @param publications the ports that it publishes by label
 * @param vip whether its virtual addresses are to be served
 * @param inside what it says otherwise of those than of its published ports, by label
 */
public record Declared(
    Policy policy, List<Publication> publications, VipChoice vip, Map<Label, String> inside) {

  public static final Declared NOTHING =
      new Declared(Policy.DEFAULT, List.of(), VipChoice.AUTO, Map.of());

  public Declared {
    publications = List.copyOf(publications);
    inside = Map.copyOf(inside);
  }

  Declared withPolicy(Policy other) {
    return new Declared(other, publications, vip, inside);
  }

  Declared withPublications(List<Publication> others) {
    return new Declared(policy, others, vip, inside);
  }

  Declared withVip(VipChoice other) {
    return new Declared(policy, publications, other, inside);
  }

  /**
   * Has a label say something else of virtual addresses.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  Declared withInside(Label label, String value) {
    label.parse(NOTHING, value);
    Map<Label, String> more = new HashMap<>(inside);
    more.put(label, value);
    return new Declared(policy, publications, vip, more);
  }

  /** How clients of virtual addresses are treated. */
  public Policy virtualPolicy() {
    Declared there = NOTHING.withPolicy(policy.insideNetworks());
    for (Map.Entry<Label, String> label : inside.entrySet()) {
      there = label.getKey().parse(there, label.getValue());
    }
    return there.policy;
  }

  /**
   * The ports that were published with Docker's own means, and those by label beside them. A port
   * that stands in both is Docker's, and a range with such a port is none.
   */
  public List<Publication> beside(List<Publication> docker) {
    if (publications.isEmpty()) {
      return docker;
    }
    List<PublishedPort> taken = docker.stream().map(Publication::port).toList();
    List<Publication> all = new ArrayList<>(docker);
    publications.stream()
        .filter(label -> taken.stream().noneMatch(label.port()::overlaps))
        .forEach(all::add);
    return all;
  }
}
