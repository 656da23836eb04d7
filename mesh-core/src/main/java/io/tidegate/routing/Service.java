package io.tidegate.routing;

import java.util.Comparator;
import java.util.List;

/**
 * One discovered service with its publications and tasks, in an order that does not depend on the
 * source's.
 */
public record Service(
    String id,
    String name,
    BalancingPolicy policy,
    List<Publication> publications,
    List<Task> tasks) {

  public Service {
    publications = publications.stream().sorted(Comparator.comparing(Publication::port)).toList();
    tasks = tasks.stream().sorted(Comparator.comparing(Task::id)).toList();
  }
}
