package io.tidegate.agent.changes;

import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks that differ between one topology and the next, at the cost of what differs. */
final class Differences {

  private final Origin own;
  private final Origin goneOrigin;
  private final List<TaskChange> found = new ArrayList<>();

  /**
   * @param own the origin of what nobody told
   */
  private Differences(Topology before, Topology now, Origin own) {
    this.own = own;
    this.goneOrigin = now.origin().equals(before.origin()) ? own : told(now.origin());
  }

  /** The changes from one topology to the next, by service and task. */
  static List<TaskChange> between(Topology before, Topology now, Origin own) {
    Differences differences = new Differences(before, now, own);
    now.servicesById()
        .differencesFrom(before.servicesById())
        .forEach(service -> differences.compare(service.before(), service.after()));
    return differences.found;
  }

  private void compare(@Nullable Service was, @Nullable Service is) {
    Iterator<Task> before = was == null ? List.<Task>of().iterator() : was.tasks().iterator();
    Iterator<Task> now = is == null ? List.<Task>of().iterator() : is.tasks().iterator();
    Task old = next(before);
    Task young = next(now);
    while (old != null || young != null) {
      int order = old == null ? 1 : young == null ? -1 : old.id().compareTo(young.id());
      if (order < 0 && was != null && old != null) {
        add(was, old, EndpointState.of(old), null, goneOrigin);
      } else if (order > 0 && is != null && young != null) {
        add(is, young, null, EndpointState.of(young), told(young.origin()));
      } else if (is != null && old != null && young != null) {
        compare(is, old, young);
      }
      old = order <= 0 ? next(before) : old;
      young = order >= 0 ? next(now) : young;
    }
  }

  private void compare(Service service, Task was, Task is) {
    EndpointState from = EndpointState.of(was);
    EndpointState to = EndpointState.of(is);
    if (from != to) {
      add(service, is, from, to, is.origin().equals(was.origin()) ? own : told(is.origin()));
    }
  }

  private void add(
      Service service,
      Task task,
      @Nullable EndpointState from,
      @Nullable EndpointState to,
      Origin origin) {
    found.add(
        new TaskChange(service.name(), task.id(), task.name(), task.nodeId(), from, to, origin));
  }

  private Origin told(Origin origin) {
    return origin.equals(Origin.NONE) ? own : origin;
  }

  private static <T> @Nullable T next(Iterator<T> iterator) {
    return iterator.hasNext() ? iterator.next() : null;
  }
}
