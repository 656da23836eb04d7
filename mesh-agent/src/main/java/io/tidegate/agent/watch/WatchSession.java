package io.tidegate.agent.watch;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.SystemEpochNanoClock;

/**
 * One stream from its beginning to its end.
 *
 * <pre>
 *   open   empty message   list all   told   commits, those that came meanwhile first      end
 *   ──┬─────────┬───────────────┬───────┬────────────────────────────────────────────────────┬──▶
 *     │         │ from here on no commit is missed                                           │
 * </pre>
 */
final class WatchSession {

  /** Longer than a manager without a leader needs to say so. */
  private static final Duration FIRST_MESSAGE_LIMIT = Duration.ofSeconds(10);

  /** How many commits may wait: those of half a minute of a very busy Swarm. */
  private static final int MAX_WAITING = 10_000;

  private static final List<String> KINDS = List.of("service", "task", "node");

  private final ManagedChannel channel;
  private final ManagerWatch.Sink sink;

  WatchSession(ManagedChannel channel, ManagerWatch.Sink sink) {
    this.channel = channel;
    this.sink = sink;
  }

  /**
   * Follows the stream.
   *
   * @param established runs once all that there was is told
   * @throws WatchException when it ends or does not begin
   */
  void follow(Runnable established) throws InterruptedException, WatchException {
    ClientCall<Swarmkit.WatchRequest, Swarmkit.WatchMessage> call =
        channel.newCall(SwarmkitMethods.WATCH, CallOptions.DEFAULT);
    Inbox inbox = new Inbox(call, MAX_WAITING);
    try {
      start(call, inbox);
      long asOfNanos = SystemEpochNanoClock.INSTANCE.nanoTime();
      ClusterState listed = new Listing(channel).read();
      sink.put(new WatchNews.Listed(listed, asOfNanos));
      established.run();
      long listedIndex = index(listed);
      while (true) {
        Commit commit = SwarmkitObjects.commit(inbox.take()).after(listedIndex);
        if (!commit.changes().isEmpty()) {
          sink.put(new WatchNews.Committed(commit));
        }
      }
    } catch (RuntimeException e) {
      throw new WatchException("not understood: " + e.getMessage(), e);
    } finally {
      call.cancel("the session is over", null);
    }
  }

  /**
   * A commit that a list has: that which wrote the newest of its nodes, as they are read first. A
   * manager that has just started says over again to whoever watches what its log has, of services
   * too that were removed long ago. What was written by then is in the list, or is gone.
   */
  private static long index(ClusterState listed) {
    return listed.nodes().stream().mapToLong(node -> node.version().index()).max().orElse(0);
  }

  private static void start(
      ClientCall<Swarmkit.WatchRequest, Swarmkit.WatchMessage> call, Inbox inbox)
      throws InterruptedException, WatchException {
    call.start(inbox, new Metadata());
    call.request(1);
    call.sendMessage(request());
    call.halfClose();
    Swarmkit.WatchMessage first = inbox.poll(FIRST_MESSAGE_LIMIT);
    if (first == null) {
      throw new WatchException(
          "no message within " + FIRST_MESSAGE_LIMIT.toSeconds() + " s of the stream's beginning");
    }
    if (first.getEventsCount() > 0) {
      throw new WatchException(
          "the first message: %d events (expected: none)".formatted(first.getEventsCount()));
    }
  }

  private static Swarmkit.WatchRequest request() {
    Swarmkit.WatchRequest.Builder request = Swarmkit.WatchRequest.newBuilder();
    for (String kind : KINDS) {
      request.addEntries(
          Swarmkit.WatchRequest.WatchEntry.newBuilder()
              .setKind(kind)
              .setAction(SwarmkitObjects.CREATE | SwarmkitObjects.UPDATE | SwarmkitObjects.REMOVE));
    }
    return request.build();
  }
}
