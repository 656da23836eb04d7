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
import java.nio.ByteBuffer;
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
  private boolean saidAll;
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
   * Reads what the peer says into the shard's buffer, and notes whether there may be more.
   *
   * @return how many bytes; 0 where there are none now, -1 at the end
   */
  int read(Shard shard) throws IOException {
    int limit = shard.readLimit();
    int read = socket.readAddress(shard.bufferAddress(), 0, limit);
    if (read >= 0 && read < limit) {
      onShortRead(read);
    }
    return read;
  }

  /**
   * It has emptied the socket (epoll(7)): what comes next is news, the end that was announced, or a
   * failure.
   */
  final void onShortRead(int read) {
    if (read > 0 && hasPeerEnded()) {
      saidAll = true;
    } else if (read == 0 || !failed) {
      readable = false;
    }
  }

  /** Whether the end follows what was read last, and need not be read. */
  boolean hasSaidAll() {
    return saidAll;
  }

  /** Whether what is read is all the peer's, so that it can be spliced. */
  boolean readsBare() {
    return true;
  }

  /** Writes so many bytes of the shard's buffer; returns how many were taken. */
  int write(Shard shard, int length) throws IOException {
    return socket.writeAddress(shard.bufferAddress(), 0, length);
  }

  /** Writes what is held; returns how many bytes were taken. */
  int write(Shard shard, ByteBuf held) throws IOException {
    ByteBuffer bytes = held.internalNioBuffer(held.readerIndex(), held.readableBytes());
    return socket.write(bytes, bytes.position(), bytes.limit());
  }

  /** Whether what is written is all that leaves, so that it can be spliced. */
  boolean writesBare() {
    return true;
  }

  /** Has that be so from the next write on; false where it cannot be yet. */
  boolean goBare() {
    return true;
  }

  /**
   * Says that no more will be said.
   *
   * @param isLast whether the peer's end was passed on before
   * @return false where that was not taken whole, and is to be tried again
   */
  boolean endOutput(Shard shard, boolean isLast) throws IOException {
    socket.endOutput();
    return true;
  }

  /** Whether the socket may outlast its relay, once both ends are passed on. */
  boolean mayServeAgain() {
    return false;
  }

  /** Both ends were passed on. */
  void finish(Shard shard) {
    shard.retire(this);
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
