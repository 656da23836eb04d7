package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.merge.Discovery;
import io.tidegate.agent.merge.Hearing;
import io.tidegate.routing.Testimony;
import java.util.ArrayList;
import java.util.List;

/**
 * Nodes that speak as witnesses of what their own connects tell. A node is heard as the one that
 * its certificate names, and for itself alone; only managers pass on what others say. Owned by the
 * discovery's thread.
 */
final class WitnessBox {

  private final Announcements announcements;
  private final Discovery discovery;

  WitnessBox(Announcements announcements, Discovery discovery) {
    this.announcements = announcements;
    this.discovery = discovery;
  }

  /** Another node reports. What is news goes on to others. */
  void onReported(NodeName reporter, List<TaskMark> marks, long nowNanos) {
    List<TaskMark> news = new ArrayList<>();
    for (TaskMark mark : marks) {
      if (mark.kind().isWitnessed()) {
        try {
          TaskMark word = wordOf(reporter, mark);
          if (isNews(word, nowNanos)) {
            news.add(word);
          }
        } catch (RefusedException e) {
          announcements.refuse(reporter, e);
        }
      }
    }
    if (!news.isEmpty()) {
      announcements.passOn(reporter, news);
    }
  }

  private static TaskMark wordOf(NodeName reporter, TaskMark mark) throws RefusedException {
    String witness = mark.witness().isEmpty() ? reporter.nodeId() : mark.witness();
    if (reporter.role() != NodeRole.MANAGER && !witness.equals(reporter.nodeId())) {
      throw new RefusedException(
          Refusal.FOREIGN_WITNESS, witness + " (expected: " + reporter.nodeId() + ")");
    }
    return mark.by(witness);
  }

  private boolean isNews(TaskMark word, long nowNanos) throws RefusedException {
    Hearing hearing = discovery.onWitness(word, nowNanos);
    if (hearing == Hearing.EXCESS) {
      throw new RefusedException(
          Refusal.TOO_MANY_WORDS, word.taskId() + " by the word of " + word.witness());
    }
    return hearing == Hearing.NEWS;
  }

  /** The manager that this node follows tells what others say, or it itself. */
  void onFollowed(String managerId, List<TaskMark> marks, long nowNanos) {
    for (TaskMark mark : marks) {
      if (mark.kind().isWitnessed()) {
        discovery.onWitness(mark.witness().isEmpty() ? mark.by(managerId) : mark, nowNanos);
      }
    }
  }

  /** This node's own connects tell this: others know by its certificate who says so. */
  static List<TaskMark> own(List<Testimony> testimonies, long atNanos) {
    return testimonies.stream().map(testimony -> own(testimony, atNanos)).toList();
  }

  private static TaskMark own(Testimony testimony, long atNanos) {
    return new TaskMark(
        testimony.taskId(),
        testimony.isEjected() ? TaskMark.Kind.EJECTED : TaskMark.Kind.REVIVED,
        atNanos,
        "",
        testimony.targetPort(),
        testimony.hold().toNanos());
  }
}
