package io.tidegate.routing;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One discovered service with its publications and tasks, in an order that does not depend on the
 * source's.
 *
 * @param createdAtNanos when it was created, since 1970, or 0 where that is not known
 * @param virtualPolicy how clients of its virtual addresses are treated
 * @param virtualIps its addresses inside overlay networks, none without a load balancer of Swarm's
 * @param virtualObjection why those are left to Docker, for people; null where they are to be
 *     served
 */
public record Service(
    String id,
    String name,
    long createdAtNanos,
    Policy policy,
    Policy virtualPolicy,
    List<Publication> publications,
    List<VirtualIp> virtualIps,
    @Nullable String virtualObjection,
    List<Task> tasks) {

  /** The oldest first; one whose age is not known comes after all others, those by their ids. */
  public static final Comparator<Service> BY_AGE =
      Comparator.comparing((Service service) -> service.createdAtNanos == 0)
          .thenComparingLong(Service::createdAtNanos)
          .thenComparing(Service::id);

  public Service {
    publications = publications.stream().sorted(Comparator.comparing(Publication::port)).toList();
    virtualIps = virtualIps.stream().sorted(Comparator.comparing(VirtualIp::networkId)).toList();
    tasks = tasks.stream().sorted(Comparator.comparing(Task::id)).toList();
  }

  /** A service whose virtual addresses have no policy of their own. */
  public Service(
      String id,
      String name,
      long createdAtNanos,
      Policy policy,
      List<Publication> publications,
      List<VirtualIp> virtualIps,
      List<Task> tasks) {
    this(id, name, createdAtNanos, policy, policy, publications, virtualIps, tasks);
  }

  /** A service whose virtual addresses are to be served. */
  public Service(
      String id,
      String name,
      long createdAtNanos,
      Policy policy,
      Policy virtualPolicy,
      List<Publication> publications,
      List<VirtualIp> virtualIps,
      List<Task> tasks) {
    this(id, name, createdAtNanos, policy, virtualPolicy, publications, virtualIps, null, tasks);
  }

  /** A service without addresses of its own, whose age is not known. */
  public Service(
      String id, String name, Policy policy, List<Publication> publications, List<Task> tasks) {
    this(id, name, 0, policy, publications, List.of(), tasks);
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
