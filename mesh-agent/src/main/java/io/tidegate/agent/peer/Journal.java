package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state that is published, its version, and the messages that bring a newcomer to it: a whole
 * that all newcomers share, and what changed since it was encoded. For one thread.
 *
 * <pre>
 *   version   7 ──────────── 8 ─── 9          a newcomer at 9 gets whole 7, 7→8, 8→9;
 *             whole          tail             once the tail outgrows half of the whole, whole 9,
 *                                             and once a list came: changes do not lead back
 * </pre>
 *
 * <p>Of tasks, only those that run are part of it. A task begins and ends through a dozen states,
 * and Swarm keeps it long after; nobody is led to it but while it runs.
 */
final class Journal {

  /**
   * For how long newcomers are told a mark, who take it for a new one: what a check has found holds
   * for so long, and of all else managers speak sooner.
   */
  static final Duration MARK_HOLD = Duration.ofSeconds(30);

  private final UpdateWriter writer;
  private final Map<String, ClusterObject> objects = new HashMap<>();
  private long version;

  private @Nullable List<byte[]> whole;
  private long wholeBytes;
  private final List<byte[]> tail = new ArrayList<>();
  private long tailBytes;
  private final Queue<Marked> marked = new ArrayDeque<>();

  /** Where in the tail marks are, and when they were told. */
  private record Marked(int at, long version, long atNanos) {}

  Journal(UpdateWriter writer) {
    this.writer = writer;
  }

  /** Whether there is a state at all. */
  boolean isReady() {
    return version > 0;
  }

  /**
   * Takes a whole state for the truth: which version of an object counts is decided already. One
   * that leads back, as to a Swarm's backup, is told to all as a whole: what is older than what
   * they know they believe no change.
   *
   * @return the messages that tell what changed, empty if nothing did
   */
  List<byte[]> replace(ClusterState state) {
    List<Commit.Change> changes = new ArrayList<>();
    Set<String> present =
        HashSet.newHashSet(state.nodes().size() + state.services().size() + state.tasks().size());
    state.nodes().forEach(node -> compare(node, present, changes));
    state.services().forEach(service -> compare(service, present, changes));
    state.tasks().forEach(task -> compare(task, present, changes));
    for (ClusterObject known : objects.values()) {
      if (!present.contains(known.id())) {
        changes.add(new Commit.Change.Removed(known.kind(), known.id()));
      }
    }
    if (isReady() && changes.isEmpty()) {
      return List.of();
    }
    boolean isDifference = isReady() && changes.stream().noneMatch(this::isLate);
    put(changes);
    long base = version++;
    forgetWhole();
    return isDifference ? writer.changes(version, base, changes) : whole();
  }

  private void compare(ClusterObject object, Set<String> present, List<Commit.Change> changes) {
    if (!isPart(object)) {
      return;
    }
    present.add(object.id());
    if (!object.equals(objects.get(object.id()))) {
      changes.add(new Commit.Change.Put(object));
    }
  }

  /**
   * Applies changes. Before there is a state they are of no use: it comes with them in it.
   *
   * @return the messages that tell what changed, empty if nothing did
   */
  List<byte[]> apply(Commit commit) {
    List<Commit.Change> changes =
        commit.changes().stream()
            .filter(change -> !isLate(change))
            .map(Journal::asPart)
            .filter(this::isNews)
            .toList();
    return !isReady() || changes.isEmpty() ? List.of() : commit(changes);
  }

  /**
   * Tells marks, which are no part of the state: a newcomer hears those that are in the tail for as
   * long as they hold, in the order of all changes.
   *
   * @return the messages that tell them
   */
  List<byte[]> mark(List<TaskMark> marks, long nowNanos) {
    if (!isReady()) {
      return List.of();
    }
    List<byte[]> messages = new ArrayList<>();
    for (List<TaskMark> some : Marks.chunks(marks)) {
      long base = version++;
      messages.add(writer.marks(version, base, some));
      keepMarks(some, nowNanos);
    }
    return messages;
  }

  /** A newcomer is not led to eject what others have ejected before: they will say it again. */
  private void keepMarks(List<TaskMark> marks, long nowNanos) {
    List<TaskMark> some =
        marks.stream().filter(mark -> mark.kind() != TaskMark.Kind.EJECTED).toList();
    int at = tail.size();
    keep(some.isEmpty() ? nothing(version) : List.of(writer.marks(version, version - 1, some)));
    if (tail.size() > at) {
      marked.add(new Marked(at, version, nowNanos));
    }
  }

  private void forgetMarks(long nowNanos) {
    for (Marked oldest = marked.peek();
        oldest != null && nowNanos - oldest.atNanos >= MARK_HOLD.toNanos();
        oldest = marked.peek()) {
      tail.set(oldest.at, nothing(oldest.version).getFirst());
      marked.remove();
    }
  }

  /** A version that changes nothing. */
  private List<byte[]> nothing(long reached) {
    return writer.changes(reached, reached - 1, List.of());
  }

  private static boolean isPart(ClusterObject object) {
    return !(object instanceof ClusterTask task) || task.state() == ClusterTask.State.RUNNING;
  }

  /** What is no part of the state is not there. */
  private static Commit.Change asPart(Commit.Change change) {
    return change instanceof Commit.Change.Put(ClusterObject object) && !isPart(object)
        ? new Commit.Change.Removed(object.kind(), object.id())
        : change;
  }

  private boolean isNews(Commit.Change change) {
    return switch (change) {
      case Commit.Change.Put(ClusterObject object) -> !object.equals(objects.get(object.id()));
      case Commit.Change.Removed removed -> objects.containsKey(removed.id());
    };
  }

  /** A list and a stream may cross each other: of two states the newer one counts. */
  private boolean isLate(Commit.Change change) {
    if (!(change instanceof Commit.Change.Put(ClusterObject object))) {
      return false;
    }
    ClusterObject known = objects.get(object.id());
    return known != null
        && object.version().isKnown()
        && known.version().isNewerThan(object.version());
  }

  private List<byte[]> commit(List<Commit.Change> changes) {
    put(changes);
    long base = version++;
    List<byte[]> messages = writer.changes(version, base, changes);
    keep(messages);
    return messages;
  }

  private void put(List<Commit.Change> changes) {
    for (Commit.Change change : changes) {
      switch (change) {
        case Commit.Change.Put(ClusterObject object) -> objects.put(object.id(), object);
        case Commit.Change.Removed removed -> objects.remove(removed.id());
      }
    }
  }

  private void keep(List<byte[]> messages) {
    if (whole == null) {
      return;
    }
    tail.addAll(messages);
    tailBytes += bytes(messages);
    if (tailBytes > wholeBytes / 2) {
      forgetWhole();
    }
  }

  private void forgetWhole() {
    whole = null;
    tail.clear();
    tailBytes = 0;
    marked.clear();
  }

  /** The messages for one that knows nothing yet. There must be a state. */
  List<byte[]> start(long nowNanos) {
    List<byte[]> shared = whole();
    forgetMarks(nowNanos);
    if (tail.isEmpty()) {
      return shared;
    }
    List<byte[]> messages = new ArrayList<>(shared);
    messages.set(shared.size() - 1, UpdateWriter.leadingTo(version, shared.getLast()));
    messages.addAll(tail);
    return messages;
  }

  private List<byte[]> whole() {
    List<byte[]> shared = whole;
    if (shared == null) {
      shared = writer.whole(version, objects.values());
      whole = shared;
      wholeBytes = bytes(shared);
    }
    return shared;
  }

  /** The message that says that nothing changed. */
  List<byte[]> unchanged() {
    return writer.changes(version, version, List.of());
  }

  private static long bytes(List<byte[]> messages) {
    return messages.stream().mapToLong(message -> message.length).sum();
  }
}
