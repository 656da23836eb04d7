package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of a relay: a socket and what epoll said of it. Registered once, edge-triggered, for
 * everything: backpressure needs no further system call.
 */
final class RelayHalf implements EpollIoHandle {

  /** Whoever is in charge of this half now: first the dial, then the relay. */
  interface Owner {
    /** Epoll reported something, and the half's flags tell what. */
    void onReady(RelayHalf half);

    /** Something happened that nobody foresaw; the sockets must go. */
    void onBroken(RuntimeException e);
  }

  private static final Logger LOG = LoggerFactory.getLogger(RelayHalf.class);

  private static final int IN = EpollIoOps.EPOLLIN.value();
  private static final int OUT = EpollIoOps.EPOLLOUT.value();
  private static final int RDHUP = EpollIoOps.EPOLLRDHUP.value();
  // Epoll always reports these two; Netty has no name for EPOLLHUP.
  private static final int ERR = EpollIoOps.EPOLLERR.value();
  private static final int HUP = 0x10;
  private static final EpollIoOps EVERYTHING =
      EpollIoOps.valueOf(IN | OUT | RDHUP | EpollIoOps.EPOLLET.value());

  final Socket socket;

  // Shard loop only, all below.
  private Owner owner;
  private @Nullable IoRegistration registration;
  boolean readable;
  boolean writable;
  // The peer has finished or failed: a short read does not mean that nothing is left.
  boolean hungUp;

  RelayHalf(Socket socket, Owner owner) {
    this.socket = socket;
    this.owner = owner;
  }

  void handOver(Owner next) {
    owner = next;
  }

  void register(Shard shard) throws IOException {
    registration = shard.register(this);
    registration.submit(EVERYTHING);
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    int events = ((EpollIoEvent) event).ops().value();
    readable |= (events & (IN | RDHUP | HUP | ERR)) != 0;
    writable |= (events & (OUT | HUP | ERR)) != 0;
    hungUp |= (events & (RDHUP | HUP | ERR)) != 0;
    try {
      owner.onReady(this);
    } catch (RuntimeException e) {
      // Thrown on, it would stall the whole loop for a second.
      owner.onBroken(e);
    }
  }

  /**
   * Closes for good; only the shard calls this, when no event of the running batch can be meant for
   * the descriptor.
   */
  void closeNow() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing {} failed: {}", socket, e.getMessage());
    }
    // After close(2), which has taken the descriptor out of epoll: cancelling costs no system call
    // any more.
    if (registration != null) {
      registration.cancel();
    }
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public void close() {
    // Called when the loop ends under a live registration; the shard closes its sockets before
    // that.
  }
}
