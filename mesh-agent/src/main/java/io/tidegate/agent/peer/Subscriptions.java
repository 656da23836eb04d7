package io.tidegate.agent.peer;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who follow a publisher, one for each node, and what they are told. For the publisher's
 * event loop.
 */
final class Subscriptions {

  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

  private final PeerCheck check;
  private final Refusals refusals;
  private final Connections connections;
  private final Journal journal;
  private final Map<String, Subscription> byNode = new HashMap<>();
  private volatile int count;

  Subscriptions(PeerCheck check, Refusals refusals, Connections connections, Journal journal) {
    this.check = check;
    this.refusals = refusals;
    this.connections = connections;
    this.journal = journal;
  }

  /** How many there are. From any thread. */
  int count() {
    return count;
  }

  void publish(ClusterState state) {
    tell(journal.replace(state));
  }

  void publish(Commit commit) {
    tell(journal.apply(commit));
  }

  private void tell(List<byte[]> messages) {
    if (messages.isEmpty()) {
      return;
    }
    long nowNanos = System.nanoTime();
    for (Subscription subscription : List.copyOf(byNode.values())) {
      if (subscription.isStarted()) {
        offer(subscription, messages, nowNanos);
      } else {
        subscription.start(journal.start(), nowNanos);
      }
    }
    dropFormerMembers();
  }

  /** Says that nothing changed, so that silence has a meaning, and looks after the slow ones. */
  void tick() {
    dropFormerMembers();
    if (!journal.isReady()) {
      return;
    }
    long nowNanos = System.nanoTime();
    List<byte[]> unchanged = journal.unchanged();
    for (Subscription subscription : List.copyOf(byNode.values())) {
      offer(subscription, unchanged, nowNanos);
    }
  }

  private void offer(Subscription subscription, List<byte[]> messages, long nowNanos) {
    subscription.offer(messages, nowNanos);
    if (subscription.isTooSlow(nowNanos)) {
      SocketAddress remote = remote(subscription);
      String lag = subscription.lag(nowNanos);
      drop(subscription, new RefusedException(Refusal.TOO_SLOW, lag), Status.ABORTED);
      // What it does not take would stand before the end of the stream for ever.
      connections.close(remote);
    }
  }

  private void dropFormerMembers() {
    for (Subscription subscription : List.copyOf(byNode.values())) {
      if (!check.isMember(subscription.name().nodeId())) {
        String detail = subscription.name() + " was removed while it followed";
        drop(
            subscription,
            new RefusedException(Refusal.NOT_A_MEMBER, detail),
            Status.PERMISSION_DENIED);
      }
    }
  }

  private void drop(Subscription subscription, RefusedException reason, Status status) {
    remove(subscription);
    refusals.add(subscription.name() + " at " + remote(subscription), reason);
    subscription.close(status.withDescription("this node " + reason.getMessage()));
  }

  /** A node follows from now on; if it did before, by this connection instead. */
  void add(Subscription subscription) {
    Subscription older = byNode.put(subscription.name().nodeId(), subscription);
    if (older != null) {
      older.close(Status.ABORTED.withDescription("this node follows by a newer connection"));
    }
    count = byNode.size();
    LOG.info("{} follows, from {}", subscription.name(), remote(subscription));
    subscription.call().sendHeaders(new Metadata());
    if (journal.isReady()) {
      subscription.start(journal.start(), System.nanoTime());
    }
  }

  void remove(Subscription subscription) {
    if (byNode.remove(subscription.name().nodeId(), subscription)) {
      count = byNode.size();
      LOG.info("{} follows no longer", subscription.name());
    }
  }

  private static SocketAddress remote(Subscription subscription) {
    return Objects.requireNonNull(
        subscription.call().getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }
}
