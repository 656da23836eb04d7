package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the parts of updates together and lets only those pass that follow what came before. It
 * outlives streams, so that no publisher leads a subscriber back to what it told earlier. For one
 * thread at a time.
 */
final class Intake {

  /** More managers than any Swarm has. */
  private static final int MAX_PUBLISHERS = 64;

  private final long maxUpdateBytes;
  private final Reader reader;
  private final Map<String, Position> lastByPublisher = new Publishers();

  private @Nullable Position current;
  private final List<Update> parts = new ArrayList<>();
  private long partsBytes;

  /** How messages are understood. */
  interface Reader {
    Update read(byte[] message) throws RefusedException;
  }

  private record Position(Epoch epoch, long version) {}

  /** The oldest entries go when there are too many. */
  private static final class Publishers extends LinkedHashMap<String, Position> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Position> eldest) {
      return size() > MAX_PUBLISHERS;
    }
  }

  Intake(long maxUpdateBytes) {
    this(maxUpdateBytes, UpdateReader::read);
  }

  Intake(long maxUpdateBytes, Reader reader) {
    this.maxUpdateBytes = maxUpdateBytes;
    this.reader = reader;
  }

  /** A new stream begins: the next update must be a whole. */
  void onStream() {
    current = null;
    parts.clear();
    partsBytes = 0;
  }

  /**
   * Takes a message.
   *
   * @param publisher the node id that its certificate shows
   * @return null while parts of the update are missing
   * @throws RefusedException saying why; the message then had no effect
   */
  PeerNews.@Nullable Told take(String publisher, byte[] message) throws RefusedException {
    if (partsBytes + message.length > maxUpdateBytes) {
      throw new RefusedException(
          Refusal.OVERSIZED, "an update of more than " + maxUpdateBytes + " bytes");
    }
    Update update = reader.read(message);
    if (!update.epoch().publisher().equals(publisher)) {
      throw new RefusedException(
          Refusal.MALFORMED,
          "publisher: " + update.epoch().publisher() + " (expected: " + publisher + ")");
    }
    checkOrder(update);
    parts.add(update);
    partsBytes += message.length;
    if (update.isPartial()) {
      return null;
    }
    return complete(update);
  }

  private void checkOrder(Update update) throws RefusedException {
    if (!parts.isEmpty()) {
      if (!update.isSameAs(parts.getFirst()) || !update.marks().isEmpty()) {
        throw new RefusedException(Refusal.MALFORMED, "parts of two updates are mixed");
      }
    } else if (update.isWhole()) {
      checkWhole(update);
    } else {
      checkChange(update);
    }
  }

  private void checkWhole(Update update) throws RefusedException {
    Position last = lastByPublisher.get(update.epoch().publisher());
    if (last == null) {
      return;
    }
    long start = update.epoch().startedAtMillis();
    long lastStart = last.epoch().startedAtMillis();
    if (start < lastStart || (start == lastStart && update.version() < last.version())) {
      throw backwards(update, last);
    }
  }

  private void checkChange(Update update) throws RefusedException {
    Position at = current;
    if (at == null) {
      throw new RefusedException(Refusal.GAP, "a change before the whole");
    }
    if (!update.epoch().equals(at.epoch())) {
      throw new RefusedException(
          Refusal.GAP, "a change of " + update.epoch() + " (expected: " + at.epoch() + ")");
    }
    if (update.version() < at.version() || update.version() < update.base()) {
      throw backwards(update, at);
    }
    if (update.base() != at.version()) {
      throw new RefusedException(
          Refusal.GAP,
          "a change of version " + update.base() + " (expected: " + at.version() + ")");
    }
    if (update.version() == update.base() && !update.isEmpty()) {
      throw backwards(update, at);
    }
  }

  private static RefusedException backwards(Update update, Position last) {
    return new RefusedException(
        Refusal.BACKWARDS,
        "version "
            + update.version()
            + " of "
            + update.epoch()
            + " after "
            + last.version()
            + " of "
            + last.epoch());
  }

  private PeerNews.Told complete(Update last) throws RefusedException {
    PeerNews.Told news = last.isWhole() ? whole(last) : change(last);
    parts.clear();
    partsBytes = 0;
    Position reached = new Position(last.epoch(), last.version());
    current = reached;
    lastByPublisher.put(last.epoch().publisher(), reached);
    return news;
  }

  private PeerNews.Told change(Update last) {
    if (!last.marks().isEmpty()) {
      return new PeerNews.Marked(last.epoch(), last.version(), last.marks());
    }
    List<Commit.Change> changes = new ArrayList<>();
    parts.forEach(part -> changes.addAll(part.changes()));
    return changes.isEmpty()
        ? new PeerNews.Unchanged(last.epoch(), last.version())
        : new PeerNews.Changed(last.epoch(), last.version(), new Commit(changes));
  }

  private PeerNews.Told whole(Update last) throws RefusedException {
    List<ClusterService> services = new ArrayList<>();
    List<ClusterTask> tasks = new ArrayList<>();
    List<ClusterNode> nodes = new ArrayList<>();
    for (Update part : parts) {
      for (Commit.Change change : part.changes()) {
        if (!(change instanceof Commit.Change.Put(ClusterObject object))) {
          throw new RefusedException(Refusal.MALFORMED, "a whole that removes something");
        }
        switch (object) {
          case ClusterService service -> services.add(service);
          case ClusterTask task -> tasks.add(task);
          case ClusterNode node -> nodes.add(node);
        }
      }
    }
    return new PeerNews.Whole(
        last.epoch(),
        last.version(),
        ClusterState.of(services, tasks, nodes),
        Math.max(last.version(), last.upTo()));
  }
}
