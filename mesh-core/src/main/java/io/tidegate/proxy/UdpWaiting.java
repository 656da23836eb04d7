package io.tidegate.proxy;

import io.tidegate.balance.Tried;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.RouteCounters;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent while another agent is asked for its task, and which endpoints were asked
 * for in vain.
 */
final class UdpWaiting {

  /** Further datagrams of a session are dropped: an answer takes a round trip. */
  static final int MOST_DATAGRAMS = 8;

  /** The same for their bytes. */
  static final int MOST_BYTES = 16 << 10;

  private final RouteCounters counters;
  private final List<byte[]> datagrams = new ArrayList<>(MOST_DATAGRAMS);
  private int bytes;
  // Indices are those of this route.
  private @Nullable ServedRoute served;
  private Tried tried = new Tried();
  private int attempts;
  private ConnectionResult failure = ConnectionResult.REFUSED;

  UdpWaiting(RouteCounters counters) {
    this.counters = counters;
  }

  /** Keeps datagrams of a batch that go to the task, as far as there is room. */
  void keep(UdpBatch batch, int from, int to) {
    for (int place = from; place < to; place++) {
      int length = batch.lengthToTask(place);
      if (datagrams.size() < MOST_DATAGRAMS && bytes + length <= MOST_BYTES) {
        bytes += length;
        datagrams.add(batch.copyToTask(place));
      } else {
        counters.datagramsIn(DatagramResult.CONGESTED).increment();
      }
    }
  }

  /** Puts them into the first places of those that go to the task; returns how many. */
  int load(UdpBatch batch) {
    for (int place = 0; place < datagrams.size(); place++) {
      batch.addToTask(place, datagrams.get(place));
    }
    return datagrams.size();
  }

  /** None of them goes anywhere. */
  void drop() {
    counters.datagramsIn(DatagramResult.REFUSED).add(datagrams.size());
  }

  /** Takes note of an attempt in vain; returns the endpoints of the route that were tried. */
  Tried onNotTaken(ConnectionResult why, ServedRoute now) {
    failure = why;
    attempts++;
    if (now != served) {
      served = now;
      tried = new Tried();
    }
    return tried;
  }

  boolean mayTry(int mostAttempts) {
    return attempts < mostAttempts;
  }

  /** How the last attempt ended. */
  ConnectionResult failure() {
    return failure;
  }
}
