package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.merge.SwarmView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what other agents are told: what this node's own manager knows, for as long as that is
 * heard, and never what others told. Owned by the discovery's thread.
 */
final class Announcer {

  private final Announcements announcements;
  private final SwarmView view;
  private boolean isHeard;

  Announcer(Announcements announcements, SwarmView view) {
    this.announcements = announcements;
    this.view = view;
  }

  /** Other agents can be told from now on. */
  void onReady() {
    onNodes();
    if (isHeard) {
      announcements.manager(view.state());
    }
  }

  /**
   * The manager has told all that it knows. What is told on is what has come of that here: a list
   * that was on its way for long must not take back what was heard since, and others drop for good
   * what they are told is gone.
   */
  void onListed() {
    isHeard = true;
    announcements.manager(view.state());
  }

  /** The manager's stream told this. */
  void onCommit(Commit commit) {
    if (isHeard) {
      announcements.manager(commit);
    }
  }

  /** Beside the manager's stream, its API is only a sign of whether it still hears the others. */
  void onReading(Reading reading, boolean isWatched) {
    onNodes();
    ClusterState told = reading.cluster();
    if (told != null && (!isWatched || !isHeard)) {
      onListed();
    } else if (told == null && reading.isWhole() && (!isWatched || view.isLeaderless())) {
      onSilence();
    }
  }

  /** Nothing is heard from the manager any more. */
  void onSilence() {
    if (isHeard) {
      isHeard = false;
      announcements.noManager();
    }
  }

  /** Something changed; nodes perhaps. */
  void onChange(Commit commit) {
    if (commit.changes().stream().anyMatch(c -> c.kind() == ClusterObject.Kind.NODE)) {
      onNodes();
    }
  }

  /** Nodes may have changed. */
  void onNodes() {
    announcements.nodes(view.nodes(), view.otherNodes());
  }

  /**
   * Tasks of this node, or its own word as a witness: of what managers want themselves, every node
   * has heard from them.
   */
  void onOwn(List<TaskMark> marks) {
    List<TaskMark> news =
        marks.stream().filter(mark -> isMeantToRun(view.task(mark.taskId()))).toList();
    if (!news.isEmpty()) {
      announcements.own(news);
    }
  }

  private static boolean isMeantToRun(@Nullable ClusterTask task) {
    return task != null
        && task.state().compareTo(ClusterTask.State.RUNNING) <= 0
        && task.desiredState().compareTo(ClusterTask.State.RUNNING) <= 0;
  }

  /**
   * Another node reports: it may speak of its own tasks, a manager of all. Not about witnesses.
   *
   * @return what may be believed
   */
  List<TaskMark> onReported(NodeName reporter, List<TaskMark> marks) {
    List<TaskMark> believed = new ArrayList<>();
    for (TaskMark mark : marks) {
      if (mark.kind().isWitnessed()) {
        continue;
      }
      ClusterTask task = view.task(mark.taskId());
      if (reporter.role() == NodeRole.MANAGER
          || (task != null && task.nodeId().equals(reporter.nodeId()))) {
        believed.add(mark);
      } else if (task != null) {
        String detail = mark.taskId() + " (expected: a task of " + reporter.nodeId() + ")";
        announcements.refuse(reporter, new RefusedException(Refusal.FOREIGN_TASK, detail));
      }
    }
    if (!believed.isEmpty()) {
      announcements.passOn(reporter, believed);
    }
    return believed;
  }
}
