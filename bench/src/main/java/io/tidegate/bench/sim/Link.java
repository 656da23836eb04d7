package io.tidegate.bench.sim;

import io.tidegate.agent.peer.WirelessPublisher;
import io.tidegate.agent.peer.WirelessPublisher.Wire;
import org.jspecify.annotations.Nullable;

/**
 * A stream from a manager to a node: in order, nothing lost, until it ends. As with gRPC it takes
 * messages until 32 KiB wait to be sent.
 */
final class Link implements Wire {

  private static final int READY_BYTES = 32 << 10;

  /** What a node needs for a message: measured for the whole of 10,000 services. */
  private static final long HANDLE_NANOS = 200_000;

  private static final long HANDLE_NANOS_PER_BYTE = 25;

  final Manager manager;
  private final Node node;
  private final World world;
  private WirelessPublisher.@Nullable Follower follower;
  private long waitingBytes;
  private long handledNanos;
  private boolean isAsked;
  private boolean isOver;

  Link(Manager manager, Node node, World world) {
    this.manager = manager;
    this.node = node;
    this.world = world;
  }

  /** The stream begins. */
  void open() {
    follower = manager.publisher.follow(node.id(), this);
  }

  @Override
  public boolean isReady() {
    boolean isReady = !isOver && waitingBytes < READY_BYTES;
    isAsked |= !isReady;
    return isReady;
  }

  @Override
  public void send(byte[] message) {
    if (isOver) {
      return;
    }
    waitingBytes += message.length;
    manager.onSent(message.length);
    long sentNanos = manager.uplink.send(message.length);
    world.time().at(sentNanos, () -> onSent(message.length));
    handledNanos =
        Math.max(handledNanos, sentNanos + world.network().delayNanos())
            + HANDLE_NANOS
            + HANDLE_NANOS_PER_BYTE * message.length;
    world.time().at(handledNanos, () -> deliver(message));
  }

  private void onSent(int bytes) {
    // a machine that is gone acknowledges nothing, and sends nothing more
    if (node.machine.isLost || manager.isDown()) {
      return;
    }
    waitingBytes -= bytes;
    if (isAsked && follower != null && waitingBytes < READY_BYTES && !isOver) {
      isAsked = false;
      follower.onReady();
    }
  }

  private void deliver(byte[] message) {
    if (!isOver && !node.machine.isLost && !manager.isDown()) {
      node.onMessage(this, message);
    }
  }

  /** The publisher ends it. */
  @Override
  public void close(String why) {
    end();
    world.time().in(world.network().delayNanos(), () -> node.onEnd(this, why));
  }

  /** The node gives it up. */
  void cancel() {
    end();
    world
        .time()
        .in(
            world.network().delayNanos(),
            () -> {
              if (follower != null) {
                follower.onLost();
              }
            });
  }

  /** The connection is cut: both sides hear of it at once. */
  void cut() {
    if (!isOver) {
      cancel();
      node.onEnd(this, "connection reset");
    }
  }

  private void end() {
    isOver = true;
  }
}
