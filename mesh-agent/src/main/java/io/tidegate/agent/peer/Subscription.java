package io.tidegate.agent.peer;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.tidegate.agent.identity.NodeName;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * One subscriber, as its publisher sees it, and what waits until it takes it. For the publisher's
 * event loop.
 */
final class Subscription {

  private final NodeName name;
  private final ServerCall<byte[], byte[]> call;
  private final PeerLimits limits;
  private final Queue<byte[]> pending = new ArrayDeque<>();
  private long pendingBytes;
  private long allowedBytes;
  private boolean isStarted;
  private long takenNanos;

  Subscription(NodeName name, ServerCall<byte[], byte[]> call, PeerLimits limits, long nowNanos) {
    this.name = name;
    this.call = call;
    this.limits = limits;
    this.takenNanos = nowNanos;
  }

  NodeName name() {
    return name;
  }

  ServerCall<byte[], byte[]> call() {
    return call;
  }

  /** Whether it was given the whole state. */
  boolean isStarted() {
    return isStarted;
  }

  /** Gives it the whole state. */
  void start(List<byte[]> messages, long nowNanos) {
    isStarted = true;
    offer(messages, nowNanos);
    allowedBytes = pendingBytes + limits.maxPendingBytes();
  }

  /** Gives it an update. */
  void offer(List<byte[]> messages, long nowNanos) {
    if (pending.isEmpty()) {
      takenNanos = nowNanos;
    }
    for (byte[] message : messages) {
      pending.add(message);
      pendingBytes += message.length;
    }
    pump(nowNanos);
  }

  /** Sends what the connection takes now. */
  void pump(long nowNanos) {
    while (call.isReady()) {
      byte[] message = pending.poll();
      if (message == null) {
        return;
      }
      pendingBytes -= message.length;
      takenNanos = nowNanos;
      call.sendMessage(message);
    }
  }

  /** Whether more waits for it than may, or for longer. */
  boolean isTooSlow(long nowNanos) {
    return pendingBytes > allowedBytes
        || (!pending.isEmpty() && nowNanos - takenNanos > limits.stallLimit().toNanos());
  }

  String lag(long nowNanos) {
    return pendingBytes
        + " bytes wait, the last were taken "
        + (nowNanos - takenNanos) / 1_000_000
        + " ms ago";
  }

  void close(Status status) {
    pending.clear();
    pendingBytes = 0;
    call.close(status, new Metadata());
  }
}
