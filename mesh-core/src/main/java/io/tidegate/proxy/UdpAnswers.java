package io.tidegate.proxy;

import io.tidegate.kernel.UdpCalls;
import io.tidegate.metrics.DatagramResult;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way of a shard's datagrams from tasks back to clients: received from one task after another
 * while a batch of events is handled, and sent with one call when that is done.
 */
final class UdpAnswers implements Runnable {

  private static final int SIZE = UdpBatch.SIZE;

  private final Shard shard;
  private final UdpCalls calls = new UdpCalls();
  private final UdpBuffers buffers = new UdpBuffers(calls, SIZE + 1);
  private final UdpMessages fromTask = new UdpMessages(calls, SIZE, null);
  private final UdpMessages toClients;
  private final @Nullable UdpParty[] sessions = new UdpParty[SIZE];

  // Of those that wait to be sent; all leave by the same way.
  private @Nullable UdpExit exit;
  private int count;
  private boolean isScheduled;

  UdpAnswers(Shard shard, UdpPacketInfo packetInfo) {
    this.shard = shard;
    toClients = new UdpMessages(calls, SIZE, packetInfo);
    for (int i = 0; i < SIZE; i++) {
      fromTask.setBuffer(i, buffers.address(i), UdpBuffers.MAX_BYTES);
      toClients.setBuffer(i, buffers.address(i), 0);
    }
  }

  /**
   * Receives what a session's task sent, as far as there is room; returns how many, or the negated
   * errno.
   *
   * @param isOne whether there can hardly be more than one, which costs less
   */
  int receive(UdpParty session, int fd, boolean isOne) {
    if (session.exit() != exit) {
      flush();
      exit = session.exit();
    }
    int received = isOne ? receiveOne(session, fd) : receiveMany(session, fd);
    if (count == SIZE) {
      flush();
    } else if (count > 0 && !isScheduled) {
      isScheduled = true;
      shard.execute(this);
    }
    return received;
  }

  private int receiveOne(UdpParty session, int fd) {
    int length = calls.receiveOne(fd, buffers.address(count), UdpBuffers.MAX_BYTES);
    if (length < 0) {
      return length;
    }
    add(session, length);
    return 1;
  }

  private int receiveMany(UdpParty session, int fd) {
    int first = count;
    int received = calls.receive(fd, fromTask.address(first), SIZE - first);
    for (int i = 0; i < received; i++) {
      add(session, fromTask.received(first + i));
    }
    return received;
  }

  private void add(UdpParty session, int length) {
    toClients.setLength(count, length);
    toClients.writeClient(count, session.client());
    sessions[count++] = session;
  }

  /** The batch of events is done. */
  @Override
  public void run() {
    isScheduled = false;
    flush();
  }

  /** Sends what waits; what cannot be sent at once is dropped and counted. */
  void flush() {
    int from = 0;
    while (from < count) {
      int sent = calls.send(exit().socketFd, toClients.address(from), count - from);
      if (sent > 0) {
        count(DatagramResult.PASSED, from, from + sent);
        from += sent;
      } else if (UdpFailure.of(sent) == UdpFailure.NOT_NOW) {
        count(DatagramResult.CONGESTED, from, count);
        break;
      } else if (UdpFailure.of(sent) != UdpFailure.INTERRUPTED) {
        count(DatagramResult.REFUSED, from, from + 1);
        from++;
      }
    }
    count = 0;
  }

  private void count(DatagramResult result, int from, int to) {
    for (int i = from; i < to; i++) {
      Objects.requireNonNull(sessions[i]).onSent(result, toClients.length(i));
    }
  }

  private UdpExit exit() {
    return Objects.requireNonNull(exit);
  }

  /** Takes an ICMP message out of a connected socket's error queue, where there is one. */
  void dropError(int fd) {
    calls.dropError(fd, buffers.address(SIZE), UdpBuffers.MAX_BYTES);
  }
}
