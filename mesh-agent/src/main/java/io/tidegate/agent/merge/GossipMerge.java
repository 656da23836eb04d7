package io.tidegate.agent.merge;

import io.tidegate.routing.Origin;
import io.tidegate.routing.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a manager told last, with what gossip tells since. While no manager is heard, gossip adds
 * and marks:
 *
 * <pre>
 *   a manager told    gossip     merged
 *   running           there      running
 *   running           not there  doubted, and gone after ten minutes
 *   draining          not there  gone
 *   unknown           there      running, unless it was told to have ended
 * </pre>
 *
 * <p>A daemon that has just restarted learns only little by little what others know. So absence
 * means nothing until gossip has once told all that a manager did, or has had the time for it.
 */
final class GossipMerge {

  private static final long DOUBT_NANOS = Duration.ofMinutes(10).toNanos();

  private final long settleNanos;
  private final Map<String, Doubt> doubts = new HashMap<>();
  private final Map<String, Origin> origins = new HashMap<>();
  private Map<String, String> serviceByTask = Map.of();
  private Map<String, SeenService> seenByName = Map.of();
  private boolean isSettled;
  private @Nullable Long unsettledNanos;

  private record Doubt(long sinceNanos, Origin origin) {}

  /** A moment by two clocks: of nanoseconds that pass, and since 1970. */
  record Moment(long nanos, long epochNanos) {}

  /**
   * @param settle after how long gossip tells all that it ever will
   */
  GossipMerge(Duration settle) {
    this.settleNanos = settle.toNanos();
  }

  /** The daemon may have forgotten what it knew. */
  void doubt() {
    isSettled = false;
    unsettledNanos = null;
  }

  /** The service of a task that gossip told of last, or null. */
  @Nullable String serviceOf(String taskId) {
    return serviceByTask.get(taskId);
  }

  /** Looks whether gossip tells all that a manager did. */
  void observe(Collection<SeenService> told, Collection<SeenService> gossip, long nowNanos) {
    if (unsettledNanos == null) {
      unsettledNanos = nowNanos;
    }
    isSettled =
        isSettled
            || nowNanos - unsettledNanos >= settleNanos
            || (!told.isEmpty() && services(gossip).keySet().containsAll(expected(told)));
  }

  private static Set<String> expected(Collection<SeenService> told) {
    Set<String> expected = new HashSet<>();
    for (SeenService service : told) {
      for (SeenTask task : service.tasks()) {
        if (isOnIngress(task) && task.state() == TaskState.RUNNING) {
          expected.add(task.id());
        }
      }
    }
    return expected;
  }

  /** Gossip knows no others. */
  private static boolean isOnIngress(SeenTask task) {
    return task.ingressAddress() != null;
  }

  private static Map<String, String> services(Collection<SeenService> services) {
    Map<String, String> byTask = new HashMap<>();
    services.forEach(
        service -> service.tasks().forEach(task -> byTask.put(task.id(), service.name())));
    return byTask;
  }

  /** What is known now. */
  List<SeenService> merge(ClusterView cluster, Collection<SeenService> gossip, Moment now) {
    serviceByTask = services(gossip);
    seenByName = HashMap.newHashMap(gossip.size());
    gossip.forEach(seen -> seenByName.put(seen.name(), seen));
    origins.keySet().retainAll(serviceByTask.keySet());
    doubts.keySet().removeAll(serviceByTask.keySet());
    List<SeenService> merged = new ArrayList<>();
    Set<String> toldNames = new HashSet<>();
    for (SeenService told : cluster.services()) {
      toldNames.add(told.name());
      SeenService kept = merged(told, Set.of(), cluster, now);
      if (kept != null) {
        merged.add(kept);
      }
    }
    for (SeenService seen : gossip) {
      if (!toldNames.contains(seen.name())) {
        List<SeenTask> tasks = unknown(seen, List.of(), cluster, now);
        if (!tasks.isEmpty() || seen.tasks().isEmpty()) {
          merged.add(seen.withTasks(tasks));
        }
      }
    }
    return merged;
  }

  /**
   * What is known of services that a manager spoke of since. What it said of a task goes before
   * what gossip told earlier; all other tasks stay as they were marked.
   *
   * @param told services by name, null for one that is gone
   * @param news the tasks that were spoken of
   */
  Map<String, @Nullable SeenService> amend(
      ClusterView cluster, Map<String, @Nullable SeenService> told, Set<String> news, Moment now) {
    doubts.keySet().removeAll(news);
    Map<String, @Nullable SeenService> amended = new LinkedHashMap<>();
    told.forEach(
        (name, service) ->
            amended.put(name, service == null ? null : merged(service, news, cluster, now)));
    return amended;
  }

  /** A service that a manager told of, with what gossip says; null once nothing is left of it. */
  private @Nullable SeenService merged(
      SeenService told, Set<String> news, ClusterView cluster, Moment now) {
    List<SeenTask> tasks = new ArrayList<>();
    for (SeenTask task : told.tasks()) {
      SeenTask kept = news.contains(task.id()) ? task : kept(task, now);
      if (kept != null) {
        tasks.add(kept);
      }
    }
    SeenService seen = seenByName.get(told.name());
    if (seen != null) {
      tasks.addAll(unknown(seen, told.tasks(), cluster, now));
    }
    boolean isLeft = seen != null || !tasks.isEmpty() || told.tasks().isEmpty();
    return isLeft ? told.withTasks(tasks) : null;
  }

  /** A task that a manager told of, as gossip leaves it; null if it is gone. */
  private @Nullable SeenTask kept(SeenTask task, Moment now) {
    if (serviceByTask.containsKey(task.id())) {
      return task.state() == TaskState.DOUBTED ? heard(task, now) : task;
    }
    if (!isSettled || !isOnIngress(task)) {
      return task;
    }
    if (task.state() == TaskState.DRAINING) {
      return null;
    }
    Doubt doubt = doubts.computeIfAbsent(task.id(), _ -> new Doubt(now.nanos(), origin(now)));
    return now.nanos() - doubt.sinceNanos() < DOUBT_NANOS
        ? task.as(TaskState.DOUBTED, doubt.origin())
        : null;
  }

  private List<SeenTask> unknown(
      SeenService seen, List<SeenTask> told, ClusterView cluster, Moment now) {
    Set<String> known = new HashSet<>();
    told.forEach(task -> known.add(task.id()));
    return seen.tasks().stream()
        .filter(task -> !known.contains(task.id()) && !cluster.hasEnded(task.id()))
        .map(task -> heard(task, now))
        .toList();
  }

  /** The task with the moment at which it was heard of first. */
  private SeenTask heard(SeenTask task, Moment now) {
    return task.as(TaskState.RUNNING, origins.computeIfAbsent(task.id(), _ -> origin(now)));
  }

  private static Origin origin(Moment now) {
    return new Origin(Sources.GOSSIP, 0, now.epochNanos());
  }
}
