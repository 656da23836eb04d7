package io.tidegate.routing;

import java.util.Comparator;
import java.util.List;

/**
 * One discovered service with its publications and tasks, in an order that does not depend on the
 * source's.
 */
public record Service(
    String id, String name, Policy policy, List<Publication> publications, List<Task> tasks) {

  public Service {
    publications = publications.stream().sorted(Comparator.comparing(Publication::port)).toList();
    tasks = tasks.stream().sorted(Comparator.comparing(Task::id)).toList();
  }

  /** A service whose policy says only how to balance. */
  public Service(
      String id,
      String name,
      BalancingPolicy balance,
      List<Publication> publications,
      List<Task> tasks) {
    this(id, name, Policy.of(balance), publications, tasks);
  }
}
