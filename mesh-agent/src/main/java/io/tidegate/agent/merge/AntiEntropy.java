package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares now and then what the stream told with what the API answers.
 *
 * <p>The API is answered by the leader, so it may be ahead of this manager's stream: news in it are
 * taken, and what it lacks is left to the stream. What the stream has still not told by the next
 * comparison it never will.
 */
final class AntiEntropy {

  private final Map<String, Long> news = new HashMap<>();
  private Set<String> absent = Set.of();

  /** Begins anew: the stream has just told everything. */
  void reset() {
    news.clear();
    absent = Set.of();
  }

  /** The stream told this. */
  void onCommit(Commit commit) {
    if (!news.isEmpty()) {
      for (Commit.Change change : commit.changes()) {
        news.remove(change.id());
      }
    }
  }

  /**
   * Compares, before {@link #news} is asked.
   *
   * @param listed services and nodes whole, of tasks at least those that are meant to run
   * @return whether the stream has missed something for good
   */
  boolean hasGap(ClusterStore store, ClusterState listed) {
    Set<String> absentNow = absent(store, listed);
    boolean hasGap = !news.isEmpty() || absentNow.stream().anyMatch(absent::contains);
    absent = absentNow;
    news.clear();
    return hasGap;
  }

  /** What the API tells and the stream did not. */
  Commit news(ClusterStore store, ClusterState listed) {
    List<Commit.Change> changes = new ArrayList<>();
    listed.nodes().forEach(node -> addNews(store, node, changes));
    listed.services().forEach(service -> addNews(store, service, changes));
    listed.tasks().forEach(task -> addNews(store, task, changes));
    return new Commit(changes);
  }

  private void addNews(ClusterStore store, ClusterObject object, List<Commit.Change> changes) {
    if (object.version().isKnown() && !store.knows(object)) {
      news.put(object.id(), object.version().index());
      changes.add(new Commit.Change.Put(object));
    }
  }

  private static Set<String> absent(ClusterStore store, ClusterState listed) {
    Set<String> ids = new HashSet<>();
    listed.services().forEach(service -> ids.add(service.id()));
    listed.tasks().forEach(task -> ids.add(task.id()));
    listed.nodes().forEach(node -> ids.add(node.id()));
    Set<String> absent = new HashSet<>();
    for (ClusterService service : store.services()) {
      addAbsent(service.id(), ids, absent);
      for (ClusterTask task : store.tasksOf(service.id())) {
        if (task.desiredState() == ClusterTask.State.RUNNING) {
          addAbsent(task.id(), ids, absent);
        }
      }
    }
    for (ClusterNode node : store.nodes()) {
      addAbsent(node.id(), ids, absent);
    }
    return absent;
  }

  private static void addAbsent(String id, Set<String> listed, Set<String> absent) {
    if (!listed.contains(id)) {
      absent.add(id);
    }
  }
}
