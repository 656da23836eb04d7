package io.tidegate.proxy;

import io.tidegate.header.Ends;
import io.tidegate.header.HopHeader;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.routing.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The socket to the task of a session that another agent has passed on. Counts what is sent through
 * it.
 */
final class HopTask extends UdpSocket {

  private final HopSession session;
  private final UdpBatch batch;
  private final RouteCounters counters;
  private final EndpointCounters endpointCounters;

  HopTask(
      Shard shard,
      ToTask socket,
      UdpBatch batch,
      HopSession session,
      RouteCounters counters,
      EndpointCounters endpointCounters) {
    super(shard, socket);
    this.session = session;
    this.batch = batch;
    this.counters = counters;
    this.endpointCounters = endpointCounters;
  }

  /**
   * Opens what it is made of.
   *
   * @throws IOException if it cannot be; nothing is left open
   */
  static ToTask open(Shard shard, ServedRoute served, int index, HopHeader asked)
      throws IOException {
    Endpoint endpoint = served.endpoint(index);
    if (served.route.isParallel()) {
      endpoint = endpoint.shifted(served.shift(asked.publishedPort()));
    }
    Ends ends = asked.ends();
    InetSocketAddress client = ends == null ? null : ends.source();
    return toTask(shard, served, endpoint, client);
  }

  @Override
  void onReadable() {
    session.onReadable();
  }

  /** Sends what the batch holds; what cannot be sent at once is dropped and counted. */
  void send(int count) {
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
          counters.datagramsIn(DatagramResult.CONGESTED).add(count - from);
          return;
        }
        case TOO_LONG -> {
          counters.datagramsIn(DatagramResult.TOO_LONG).increment();
          from++;
        }
        case GONE -> {
          counters.datagramsIn(DatagramResult.REFUSED).add(count - from);
          session.onGone();
          return;
        }
      }
    }
  }

  private void countPassed(int from, int count) {
    long passed = 0;
    for (int i = from; i < from + count; i++) {
      passed += batch.lengthToTask(i);
    }
    counters.datagramsIn(DatagramResult.PASSED).add(count);
    counters.bytesIn.add(passed);
    endpointCounters.bytesIn.add(passed);
  }
}
