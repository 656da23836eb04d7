package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.tidegate.kernel.TcpSocket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of a relay: a socket and what epoll said of it. Edge-triggered: backpressure needs no
 * further system call, only writing again after a write was refused does.
 */
class RelayHalf implements EpollIoHandle {

  /** Whoever is in charge of this half now: the dial, or where a client is parked, or the relay. */
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
  private static final EpollIoOps ENDS = EpollIoOps.valueOf(RDHUP | EpollIoOps.EPOLLET.value());
  private static final EpollIoOps READS =
      EpollIoOps.valueOf(IN | RDHUP | EpollIoOps.EPOLLET.value());
  private static final EpollIoOps READS_AND_WRITES =
      EpollIoOps.valueOf(IN | OUT | RDHUP | EpollIoOps.EPOLLET.value());

  final TcpSocket socket;

  // Shard loop only, all below.
  private Owner owner;
  private @Nullable IoRegistration registration;
  private boolean watchesReads;
  private boolean watchesWrites;
  boolean readable;
  private boolean writable;
  // The peer has finished: what is still to be read is all that there will ever be.
  private boolean peerEnded;
  // The socket has failed, or both of its directions have ended; a read tells which.
  private boolean failed;
  // TCP_NODELAY
  private boolean sendsAtOnce;

  /**
   * @param sendsAtOnce whether the socket has TCP_NODELAY already
   */
  RelayHalf(TcpSocket socket, Owner owner, boolean sendsAtOnce) {
    this.socket = socket;
    this.owner = owner;
    this.sendsAtOnce = sendsAtOnce;
  }

  void handOver(Owner next) {
    owner = next;
  }

  /** Takes a connected socket for writable: asking it is cheaper than waiting to be told. */
  void assumeWritable() {
    writable = true;
  }

  /**
   * Puts the socket under epoll's eye.
   *
   * @param isWritable whether it is known to be; else epoll tells when it is, and so connected
   */
  void register(Shard shard, boolean isWritable) throws IOException {
    writable = isWritable;
    if (watchesReads && watchesWrites != isWritable) {
      // As another owner has left it.
      return;
    }
    watchesReads = true;
    watchesWrites = !isWritable;
    watch(shard, watchesWrites ? READS_AND_WRITES : READS);
  }

  /** Has epoll tell when the peer has ended or reset the connection, and nothing else. */
  void watchEnd(Shard shard) throws IOException {
    watchesReads = false;
    watch(shard, ENDS);
  }

  private void watch(Shard shard, EpollIoOps ops) throws IOException {
    if (registration == null) {
      registration = shard.register(this);
    }
    registration.submit(ops);
  }

  boolean isWritable() {
    return writable;
  }

  /** After a read of less than there was room for: epoll(7) will tell of more. */
  void onEmptied() {
    readable = peerEnded || failed;
  }

  /**
   * What was read behind an arrival although it is the other side's already, which is told once;
   * null where nothing was.
   */
  @Nullable ByteBuf takeSaid() {
    return null;
  }

  /** Whether it is connected, but not yet to the other side. */
  boolean isArriving() {
    return false;
  }

  /** Throws what went wrong with the connect, if anything did. */
  void checkArrived() throws IOException {
    if (failed) {
      socket.checkConnected();
    }
  }

  /**
   * To be called before each write but the first: that one leaves at once as it is, and many a
   * connection has no other.
   */
  void writeAgain() throws IOException {
    if (!sendsAtOnce) {
      sendsAtOnce = true;
      socket.setNoDelay();
    }
  }

  /** A write was not taken whole: from now on epoll has to say when there is room again. */
  void onWriteRefused() {
    writable = false;
    watchWrites(true);
  }

  /**
   * Stops asking epoll for writes while they succeed, which saves two objects per event: Netty
   * keeps the events of a single kind ready-made. Costs a system call, so it is for relays that
   * last.
   */
  void settle() {
    if (writable) {
      watchWrites(false);
    }
  }

  private void watchWrites(boolean wanted) {
    if (registration != null && watchesWrites != wanted) {
      watchesWrites = wanted;
      registration.submit(wanted ? READS_AND_WRITES : READS);
    }
  }

  /** Whether the peer has finished in good order: behind what can be read now is the end. */
  boolean hasPeerEnded() {
    return peerEnded && !failed;
  }

  boolean hasFailed() {
    return failed;
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    int events = ((EpollIoEvent) event).ops().value();
    readable |= (events & (IN | RDHUP | HUP | ERR)) != 0;
    writable |= (events & (OUT | HUP | ERR)) != 0;
    peerEnded |= (events & RDHUP) != 0;
    failed |= (events & (HUP | ERR)) != 0;
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
