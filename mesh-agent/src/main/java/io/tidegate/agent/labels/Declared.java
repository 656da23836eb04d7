package io.tidegate.agent.labels;

import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.List;

/**
 * What a service declares by its labels.
 *
 * @param publications the ports that it publishes by label
 */
public record Declared(Policy policy, List<Publication> publications) {

  public static final Declared NOTHING = new Declared(Policy.DEFAULT, List.of());

  public Declared {
    publications = List.copyOf(publications);
  }

  Declared withPolicy(Policy other) {
    return new Declared(other, publications);
  }

  Declared withPublications(List<Publication> others) {
    return new Declared(policy, others);
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
