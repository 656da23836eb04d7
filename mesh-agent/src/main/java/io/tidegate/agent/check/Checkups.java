package io.tidegate.agent.check;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.metrics.Counter;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of all tasks of this node: which are due, what follows from how they end. Owned by one
 * thread, needs neither thread nor socket; all times are of the same clock, in nanoseconds.
 */
final class Checkups {

  private static final Logger LOG = LoggerFactory.getLogger(Checkups.class);

  private final EpochNanoClock timeOfDay;
  private final RandomGenerator random;
  private final Map<String, Checkup> byTask = new HashMap<>();
  // Who asked: one for each task, also where the task was forgotten and came back meanwhile.
  private final Map<String, Checkup> underWay = new HashMap<>();
  private final List<TaskMark> farewells = new ArrayList<>();
  private Topology known = Topology.EMPTY;

  // For any thread to read.
  private final ConcurrentMap<String, Counts> counts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, CheckStatus.TaskCheck> found = new ConcurrentHashMap<>();

  private record Counts(Counter passed, Counter failed, Counter notMade) {

    Counts() {
      this(new Counter(), new Counter(), new Counter());
    }

    Counter of(Outcome.Kind kind) {
      return switch (kind) {
        case PASSED -> passed;
        case FAILED -> failed;
        case NOT_MADE -> notMade;
      };
    }

    CheckStatus.Counts now() {
      return new CheckStatus.Counts(passed.get(), failed.get(), notMade.get());
    }
  }

  /**
   * @param timeOfDay for others: when a task was found well or unwell
   */
  Checkups(EpochNanoClock timeOfDay, RandomGenerator random) {
    this.timeOfDay = timeOfDay;
    this.random = random;
  }

  // --- which tasks there are ---

  /** Takes a newer topology, at the cost of what is different there. */
  void onTopology(Topology next, long nowNanos) {
    for (Difference<String, Service> service :
        next.servicesById().differencesFrom(known.servicesById())) {
      onService(service.before(), service.after(), nowNanos);
    }
    known = next;
  }

  private void onService(@Nullable Service before, @Nullable Service after, long nowNanos) {
    Set<String> gone = new HashSet<>();
    checked(before).forEach(task -> gone.add(task.id()));
    for (CheckedTask task : checked(after)) {
      gone.remove(task.id());
      Checkup checkup = byTask.get(task.id());
      if (checkup == null) {
        byTask.put(task.id(), new Checkup(task, random, nowNanos));
      } else if (!task.equals(checkup.task())) {
        checkup.askOtherwise(task, nowNanos);
      }
    }
    gone.forEach(id -> forget(id, after));
    String problem = problem(after);
    if (after != null && problem != null && !problem.equals(problem(before))) {
      LOG.warn("service {}: label tidegate.check: {}; not checked", after.name(), problem);
    }
  }

  private static List<CheckedTask> checked(@Nullable Service service) {
    return service == null ? List.of() : CheckedTask.of(service);
  }

  private static @Nullable String problem(@Nullable Service service) {
    return service == null ? null : service.policy().check().problem(service.publications());
  }

  /** What nobody asks for any more is over at once; anything else others forget with time. */
  private void forget(String taskId, @Nullable Service after) {
    Checkup checkup = byTask.remove(taskId);
    found.remove(taskId);
    boolean isOff = after != null && !after.policy().check().isOn();
    if (checkup != null && checkup.isUnwell() && isOff) {
      farewells.add(new TaskMark(taskId, TaskMark.Kind.WELL, timeOfDay.nanoTime()));
    }
  }

  // --- checks ---

  /** Takes those that are to be asked now; each will end. */
  List<CheckedTask> takeDue(long nowNanos) {
    List<CheckedTask> due = new ArrayList<>();
    for (Checkup checkup : byTask.values()) {
      CheckedTask task = checkup.task();
      if (checkup.dueInNanos(nowNanos) <= 0 && underWay.putIfAbsent(task.id(), checkup) == null) {
        due.add(task);
      }
    }
    return due;
  }

  /** A check has ended. It answers nothing where the task is asked otherwise by now. */
  void onEnd(CheckedTask task, Outcome outcome, long nowNanos) {
    Counts counted = counts.computeIfAbsent(task.service(), _ -> new Counts());
    counted.of(outcome.kind()).increment();
    Checkup asked = underWay.remove(task.id());
    Checkup checkup = byTask.get(task.id());
    if (checkup == null || checkup != asked || !checkup.task().equals(task)) {
      return;
    }
    boolean wasUnwell = checkup.isUnwell();
    checkup.onEnd(outcome, nowNanos);
    if (checkup.isUnwell() != wasUnwell) {
      LOG.info(
          "{}: {}, {} checks in a row {}",
          task.name(),
          wasUnwell ? "well again" : "unwell",
          checkup.inARow(),
          wasUnwell ? "passed" : "failed: " + outcome.fault());
    }
    found.put(
        task.id(),
        new CheckStatus.TaskCheck(checkup.isUnwell(), checkup.inARow(), checkup.fault()));
  }

  // --- what others are told ---

  /** Takes what others are to be told now. */
  List<TaskMark> takeNews(long nowNanos) {
    List<TaskMark> news = new ArrayList<>(farewells);
    farewells.clear();
    byTask.forEach(
        (id, checkup) -> {
          TaskMark.Kind kind = checkup.takeNews(nowNanos);
          if (kind != null) {
            news.add(new TaskMark(id, kind, timeOfDay.nanoTime()));
          }
        });
    return news;
  }

  /** In how many nanoseconds there is something to do, or a limit that is sooner. */
  long dueInNanos(long nowNanos, long limitNanos) {
    long dueInNanos = farewells.isEmpty() ? limitNanos : 0;
    for (Map.Entry<String, Checkup> entry : byTask.entrySet()) {
      Checkup checkup = entry.getValue();
      dueInNanos = checkup.newsInNanos(nowNanos, dueInNanos);
      if (!underWay.containsKey(entry.getKey())) {
        dueInNanos = Math.min(dueInNanos, checkup.dueInNanos(nowNanos));
      }
    }
    return dueInNanos;
  }

  /** From any thread. */
  CheckStatus status() {
    Map<String, CheckStatus.Counts> services = new HashMap<>();
    counts.forEach((service, counted) -> services.put(service, counted.now()));
    return new CheckStatus(services, Map.copyOf(found));
  }
}
