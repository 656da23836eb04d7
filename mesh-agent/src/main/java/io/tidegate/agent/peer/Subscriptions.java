package io.tidegate.agent.peer;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who follow a publisher, one for each node, and what they are told. For the publisher's
 * event loop.
 */
final class Subscriptions {

  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

  private final Predicate<String> isMember;
  private final Refusals refusals;
  private final Connections connections;
  private final Journal journal;
  private final NanoClock clock;
  private final Map<String, Subscription> byNode = new HashMap<>();
  private boolean isSuspended;
  private volatile int count;

  /**
   * @param isMember whether a node id is that of a member now
   */
  Subscriptions(
      Predicate<String> isMember,
      Refusals refusals,
      Connections connections,
      Journal journal,
      NanoClock clock) {
    this.isMember = isMember;
    this.refusals = refusals;
    this.connections = connections;
    this.journal = journal;
    this.clock = clock;
  }

  /** How many there are. From any thread. */
  int count() {
    return count;
  }

  void publish(ClusterState state) {
    isSuspended = false;
    tell(journal.replace(state));
  }

  void publish(Commit commit) {
    if (isHeard()) {
      tell(journal.apply(commit));
    }
  }

  void mark(List<TaskMark> marks) {
    if (isHeard()) {
      tell(journal.mark(marks, clock.nanoTime()));
    }
  }

  /** Whether there is a state that is true now. */
  private boolean isHeard() {
    return journal.isReady() && !isSuspended;
  }

  private void tell(List<byte[]> messages) {
    long nowNanos = clock.nanoTime();
    for (Subscription subscription : List.copyOf(byNode.values())) {
      if (!subscription.isStarted()) {
        subscription.start(journal.start(nowNanos), nowNanos);
      } else if (!messages.isEmpty()) {
        offer(subscription, messages, nowNanos);
      }
    }
    dropFormerMembers();
  }

  /** Nothing is told until the next whole state: who follows does better with another manager. */
  void suspend() {
    isSuspended = true;
    for (Subscription subscription : List.copyOf(byNode.values())) {
      if (subscription.isStarted()) {
        remove(subscription);
        subscription.close(
            Status.UNAVAILABLE.withDescription("this node's manager is not heard any more"));
      }
    }
  }

  /** Says that nothing changed, so that silence has a meaning, and looks after the slow ones. */
  void tick() {
    dropFormerMembers();
    if (!isHeard()) {
      return;
    }
    long nowNanos = clock.nanoTime();
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
      if (!isMember.test(subscription.name().nodeId())) {
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
    if (isHeard()) {
      long nowNanos = clock.nanoTime();
      subscription.start(journal.start(nowNanos), nowNanos);
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
