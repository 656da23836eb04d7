package io.tidegate.proxy;

import io.tidegate.metrics.Counter;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.RouteCounters;

/**
 * One of the two sockets of a session that another agent has passed on. Counts what is sent through
 * it: to the task what clients say, to the other agent what the task does.
 */
final class HopSide extends UdpSocket {

  private final HopSession session;
  private final UdpBatch batch;
  private final RouteCounters counters;
  private final boolean isTask;
  private final Counter bytes;
  private final Counter endpointBytes;

  /**
   * @param isTask whether it is the one to the task
   */
  HopSide(
      Shard shard,
      ToTask socket,
      UdpBatch batch,
      HopSession session,
      RouteCounters counters,
      EndpointCounters endpointCounters,
      boolean isTask) {
    super(shard, socket);
    this.session = session;
    this.counters = counters;
    this.isTask = isTask;
    this.batch = batch;
    bytes = isTask ? counters.bytesIn : counters.bytesOut;
    endpointBytes = isTask ? endpointCounters.bytesIn : endpointCounters.bytesOut;
  }

  @Override
  void onReadable() {
    session.onReadable(this);
  }

  /** Passes on what one call receives; epoll tells again if there is more. */
  void passTo(HopSide other) {
    int received = batch.receive(fd);
    if (received > 0) {
      for (int i = 0; i < received; i++) {
        batch.addToTask(i, i);
      }
      session.onMoved(other);
      other.send(received);
    } else if (UdpFailure.of(received) == UdpFailure.GONE) {
      session.onGone(this);
    } else {
      // A datagram that was too long stays in the error queue, and epoll tells of it for ever.
      batch.dropError(fd);
    }
  }

  /** Sends what the batch holds; what cannot be sent at once is dropped and counted. */
  private void send(int count) {
    int from = 0;
    while (from < count) {
      int sent = send(batch, from, count - from, counters);
      if (sent > 0) {
        countPassed(from, sent);
        from += sent;
        continue;
      }
      switch (UdpFailure.of(sent)) {
        case INTERRUPTED -> {}
        case NOT_NOW -> {
          datagrams(DatagramResult.CONGESTED).add(count - from);
          return;
        }
        case TOO_LONG -> {
          datagrams(DatagramResult.TOO_LONG).increment();
          from++;
        }
        case GONE -> {
          datagrams(DatagramResult.REFUSED).add(count - from);
          session.onGone(this);
          return;
        }
      }
    }
  }

  private Counter datagrams(DatagramResult result) {
    return isTask ? counters.datagramsIn(result) : counters.datagramsOut(result);
  }

  private void countPassed(int from, int count) {
    long passed = 0;
    for (int i = from; i < from + count; i++) {
      passed += batch.lengthToTask(i);
    }
    datagrams(DatagramResult.PASSED).add(count);
    bytes.add(passed);
    endpointBytes.add(passed);
  }
}
