package io.tidegate.agent.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The newest state of every object, kept by commits.
 *
 * <p>Commits may come twice and in any order: an object only gets newer, and one that was removed
 * stays so, because ids are never used again. For use by one thread.
 */
public final class ClusterStore {

  /** How many removed objects are remembered: far more than can be on their way at once. */
  private static final int MAX_REMOVED = 50_000;

  /** How far one manager may lag behind another. */
  private static final long MAX_LAG_NANOS = Duration.ofMinutes(1).toNanos();

  private final Map<String, ClusterService> services = new HashMap<>();
  private final Map<String, ClusterTask> tasks = new HashMap<>();
  private final Map<String, Map<String, ClusterTask>> tasksByService = new HashMap<>();
  private final Map<String, ClusterNode> nodes = new HashMap<>();
  private final Map<String, Heard> heard = new HashMap<>();
  private final Map<String, Heard> removed = new Removed();

  /** The oldest entries go when there are too many. */
  private static final class Removed extends LinkedHashMap<String, Heard> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Heard> eldest) {
      return size() > MAX_REMOVED;
    }
  }

  /**
   * Who told, and when.
   *
   * @param source the source's name
   * @param atNanos since 1970
   */
  public record Heard(String source, long atNanos) {}

  /**
   * What was touched.
   *
   * @param serviceIds services that changed, or whose tasks did, or the nodes of those
   * @param hasNodes whether any node changed
   */
  public record Touched(Set<String> serviceIds, boolean hasNodes) {
    public Touched {
      serviceIds = Collections.unmodifiableSet(serviceIds);
    }
  }

  public @Nullable ClusterService service(String id) {
    return services.get(id);
  }

  public Collection<ClusterService> services() {
    return Collections.unmodifiableCollection(services.values());
  }

  public @Nullable ClusterTask task(String id) {
    return tasks.get(id);
  }

  /** Whether an object was there and was removed, not too long ago. */
  public boolean isRemoved(String id) {
    return removed.containsKey(id);
  }

  /** Who told the state that an object has, or null if it is not known. */
  public @Nullable Heard heard(String id) {
    return heard.get(id);
  }

  public Collection<ClusterTask> tasksOf(String serviceId) {
    return Collections.unmodifiableCollection(
        tasksByService.getOrDefault(serviceId, Map.of()).values());
  }

  public Collection<ClusterNode> nodes() {
    return Collections.unmodifiableCollection(nodes.values());
  }

  /** Whether a node is down or was removed; one that nobody spoke of is neither. */
  public boolean isDown(String nodeId) {
    ClusterNode node = nodes.get(nodeId);
    return node == null ? removed.containsKey(nodeId) : node.state() == ClusterNode.State.DOWN;
  }

  /** All of it as a value. */
  public ClusterState state() {
    return ClusterState.of(services.values(), tasks.values(), nodes.values());
  }

  /**
   * Takes a whole list for the truth: what is not in it is gone, unless it was heard since. Of what
   * is in it, no state counts that is older than what was heard just now, and nothing that was just
   * heard to be gone: the list may come from a manager that lags behind, or have been on its way
   * for seconds.
   *
   * @param asOfNanos since 1970; what was heard later is not gone because it is not in the list
   */
  public Touched replace(ClusterState listed, Heard by, long asOfNanos) {
    Set<String> touched = new HashSet<>();
    boolean hasNodes = false;
    for (ClusterNode node : listed.nodes()) {
      hasNodes |= replace(node, by, touched);
    }
    listed.services().forEach(service -> replace(service, by, touched));
    listed.tasks().forEach(task -> replace(task, by, touched));
    for (Commit.Change.Removed absent : absent(listed)) {
      Heard last = heard.get(absent.id());
      if (last != null && last.atNanos() > asOfNanos) {
        continue;
      }
      hasNodes |= absent.kind() == ClusterObject.Kind.NODE;
      remove(absent, touched);
    }
    return new Touched(touched, hasNodes);
  }

  private boolean replace(ClusterObject object, Heard by, Set<String> touched) {
    Heard last = isNews(object) ? null : lastHeard(object);
    boolean isTakenBack = last != null && by.atNanos() - last.atNanos() < MAX_LAG_NANOS;
    return !isTakenBack && put(object, by, touched);
  }

  /** When a newer state of an object was heard, or that it is gone; null if it is in this state. */
  private @Nullable Heard lastHeard(ClusterObject object) {
    Heard gone = removed.get(object.id());
    ClusterObject known = known(object);
    boolean isSame = known != null && known.version().index() == object.version().index();
    return gone != null ? gone : isSame ? null : heard.get(object.id());
  }

  /** Applies one commit: all of its changes that are news. */
  public Touched apply(Commit commit, Heard by) {
    Set<String> touched = new HashSet<>();
    boolean hasNodes = false;
    for (Commit.Change change : commit.changes()) {
      switch (change) {
        case Commit.Change.Put(ClusterObject object) -> {
          if (isNews(object)) {
            hasNodes |= put(object, by, touched);
          }
        }
        case Commit.Change.Removed gone -> {
          hasNodes |= gone.kind() == ClusterObject.Kind.NODE && nodes.containsKey(gone.id());
          remove(gone, touched);
          removed.put(gone.id(), by);
        }
      }
    }
    return new Touched(touched, hasNodes);
  }

  /** Whether an object is known in this state or a newer one, or is gone. */
  public boolean knows(ClusterObject object) {
    return !isNews(object);
  }

  /** What is known and is not in a list. */
  public List<Commit.Change.Removed> absent(ClusterState listed) {
    List<Commit.Change.Removed> absent = new ArrayList<>();
    collectAbsent(ClusterObject.Kind.SERVICE, services, listed.services(), absent);
    collectAbsent(ClusterObject.Kind.TASK, tasks, listed.tasks(), absent);
    collectAbsent(ClusterObject.Kind.NODE, nodes, listed.nodes(), absent);
    return absent;
  }

  private static void collectAbsent(
      ClusterObject.Kind kind,
      Map<String, ? extends ClusterObject> known,
      List<? extends ClusterObject> listed,
      List<Commit.Change.Removed> absent) {
    Set<String> ids = new HashSet<>(2 * listed.size());
    listed.forEach(object -> ids.add(object.id()));
    for (String id : known.keySet()) {
      if (!ids.contains(id)) {
        absent.add(new Commit.Change.Removed(kind, id));
      }
    }
  }

  private boolean isNews(ClusterObject object) {
    if (removed.containsKey(object.id())) {
      return false;
    }
    ClusterObject known = known(object);
    return known == null
        || !object.version().isKnown()
        || object.version().isNewerThan(known.version());
  }

  private @Nullable ClusterObject known(ClusterObject object) {
    return switch (object.kind()) {
      case SERVICE -> services.get(object.id());
      case TASK -> tasks.get(object.id());
      case NODE -> nodes.get(object.id());
    };
  }

  /** Returns true if it is a node, and another than before. */
  private boolean put(ClusterObject object, Heard by, Set<String> touched) {
    if (!object.equals(known(object))) {
      heard.put(object.id(), by);
      removed.remove(object.id());
    }
    switch (object) {
      case ClusterService service -> {
        if (!service.equals(services.put(service.id(), service))) {
          touched.add(service.id());
        }
      }
      case ClusterTask task -> putTask(task, touched);
      case ClusterNode node -> {
        boolean wasDown = isDown(node.id());
        boolean isOther = !node.equals(nodes.put(node.id(), node));
        if (wasDown != isDown(node.id())) {
          touchTasksOn(node.id(), touched);
        }
        return isOther;
      }
    }
    return false;
  }

  private void putTask(ClusterTask task, Set<String> touched) {
    ClusterTask before = tasks.put(task.id(), task);
    if (task.equals(before)) {
      return;
    }
    if (before != null && !before.serviceId().equals(task.serviceId())) {
      unindex(before);
      touched.add(before.serviceId());
    }
    tasksByService
        .computeIfAbsent(task.serviceId(), id -> new LinkedHashMap<>(4))
        .put(task.id(), task);
    touched.add(task.serviceId());
  }

  private void remove(Commit.Change.Removed gone, Set<String> touched) {
    heard.remove(gone.id());
    switch (gone.kind()) {
      case SERVICE -> {
        if (services.remove(gone.id()) != null) {
          touched.add(gone.id());
        }
      }
      case TASK -> {
        ClusterTask task = tasks.remove(gone.id());
        if (task != null) {
          unindex(task);
          touched.add(task.serviceId());
        }
      }
      case NODE -> {
        if (nodes.remove(gone.id()) != null) {
          touchTasksOn(gone.id(), touched);
        }
      }
    }
  }

  private void unindex(ClusterTask task) {
    Map<String, ClusterTask> siblings = tasksByService.get(task.serviceId());
    if (siblings != null && siblings.remove(task.id()) != null && siblings.isEmpty()) {
      tasksByService.remove(task.serviceId());
    }
  }

  /** Nodes go down rarely: looking through all tasks costs less than another index. */
  private void touchTasksOn(String nodeId, Set<String> touched) {
    for (ClusterTask task : tasks.values()) {
      if (task.nodeId().equals(nodeId)) {
        touched.add(task.serviceId());
      }
    }
  }
}
