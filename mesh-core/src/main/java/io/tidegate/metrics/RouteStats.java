package io.tidegate.metrics;

import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * The counts of one route, summed over all shards.
 *
 * @param detours relays that went through another node
 * @param panicPicks picks among all endpoints that may answer, because too few are ready
 * @param hedging of connects that kept silent for long
 * @param parking of clients that no task took at once
 * @param proxyHeaders of the PROXY protocol, from clients and to tasks
 * @param imitated connects from clients' own addresses, and UDP sessions, by what came of it
 * @param bytesIn from clients to tasks
 * @param bytesOut from tasks to clients
 * @param datagrams what became of those of a UDP route
 * @param connect microseconds from accepting the client to the task's answer
 * @param firstByte microseconds from accepting the client to the task's first byte
 * @param duration microseconds from accepting the client to the end of the relay
 */
public record RouteStats(
    Map<ConnectionResult, Long> connections,
    Map<CloseCause, Long> closes,
    long connectRetries,
    long detours,
    long panicPicks,
    Hedging hedging,
    Parking parking,
    ProxyHeaders proxyHeaders,
    Map<Imitated, Long> imitated,
    long bytesIn,
    long bytesOut,
    Datagrams datagrams,
    Histogram connect,
    Histogram firstByte,
    Histogram duration,
    Map<EndpointKey, EndpointStats> endpoints) {

  /**
   * Connects to one endpoint while another kept silent.
   *
   * @param won those that were answered first
   * @param denied those that began later than they might have, because there were too many
   */
  public record Hedging(long started, long won, long denied) {}

  /**
   * Clients that waited for a task.
   *
   * @param parked those that began to
   * @param ends those that wait no more
   * @param overflows those that could not wait, because as many did as may
   * @param time microseconds of those that wait no more
   */
  public record Parking(long parked, Map<ParkingEnd, Long> ends, long overflows, Histogram time) {

    /** Those that wait now. */
    public long active() {
      return Math.max(parked - ends.values().stream().mapToLong(Long::longValue).sum(), 0);
    }
  }

  /**
   * Headers of the PROXY protocol.
   *
   * @param read what became of those that clients were to send, or might
   * @param omitted UDP sessions whose task got none, because it did not fit
   */
  public record ProxyHeaders(Map<ProxyHeaderResult, Long> read, long omitted) {

    public boolean isNone() {
      return omitted == 0 && read.values().stream().allMatch(n -> n == 0);
    }
  }

  /** Datagrams from clients to tasks, and from tasks to clients. */
  public record Datagrams(Map<DatagramResult, Long> in, Map<DatagramResult, Long> out) {

    public boolean isNone() {
      return Stream.of(in, out).flatMap(part -> part.values().stream()).allMatch(n -> n == 0);
    }
  }

  /** Relays, or UDP sessions, that began and have not ended. */
  public long active() {
    long ended = closes.values().stream().mapToLong(Long::longValue).sum();
    return Math.max(connections.getOrDefault(ConnectionResult.OK, 0L) - ended, 0);
  }
}
