package io.tidegate.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What one shard counts for one route. */
public final class RouteCounters {

  final EnumCounters<ConnectionResult> connections = new EnumCounters<>(ConnectionResult.class);
  final EnumCounters<CloseCause> closes = new EnumCounters<>(CloseCause.class);
  final EnumCounters<ParkingEnd> parkingEnds = new EnumCounters<>(ParkingEnd.class);
  final EnumCounters<ProxyHeaderResult> proxyHeaders = new EnumCounters<>(ProxyHeaderResult.class);
  final EnumCounters<Imitated> imitated = new EnumCounters<>(Imitated.class);
  final EnumCounters<DatagramResult> datagramsIn = new EnumCounters<>(DatagramResult.class);
  final EnumCounters<DatagramResult> datagramsOut = new EnumCounters<>(DatagramResult.class);

  /** Connects that were tried again on another endpoint. */
  public final Counter connectRetries = new Counter();

  /** Relays that went through another node, because no task could be reached from here. */
  public final Counter detours = new Counter();

  /** Picks among all endpoints that may answer, because too few are ready. */
  public final Counter panicPicks = new Counter();

  /** Connects that joined one that had kept silent for long. */
  public final Counter hedges = new Counter();

  /** Connects of those that were answered first. */
  public final Counter hedgesWon = new Counter();

  /**
   * Times that a connect was not joined as soon as it was slow, because that was done too often.
   */
  public final Counter hedgesDenied = new Counter();

  /** Clients that began to wait, because no task took them. */
  public final Counter parked = new Counter();

  /** Clients that could not wait, because as many did as may. */
  public final Counter parkingOverflows = new Counter();

  /** UDP sessions whose task got no PROXY protocol header, because it did not fit. */
  public final Counter proxyHeadersOmitted = new Counter();

  /** Bytes from clients to tasks. */
  public final Counter bytesIn = new Counter();

  /** Bytes from tasks to clients. */
  public final Counter bytesOut = new Counter();

  /** From accepting the client to the task's answer, retries included. */
  public final Latency connect;

  /** From parking the client to the end of that, whatever it was. */
  public final Latency parkedTime;

  /** From accepting the client to the task's first byte. */
  public final Latency firstByte;

  /** From accepting the client to the end of the relay. */
  public final Latency duration;

  /**
   * The endpoints that this shard has counted something for; entries come and go with the writer.
   */
  public final ConcurrentMap<EndpointKey, EndpointCounters> endpoints = new ConcurrentHashMap<>();

  /** What those four belong to. */
  final Latencies latencies;

  public RouteCounters() {
    this(new Latencies());
  }

  /**
   * With latencies that other routes may have, too.
   *
   * @param latencies what all virtual addresses of a network share, by one protocol
   */
  public RouteCounters(Latencies latencies) {
    this.latencies = latencies;
    connect = latencies.connect;
    parkedTime = latencies.parkedTime;
    firstByte = latencies.firstByte;
    duration = latencies.duration;
  }

  public Counter connections(ConnectionResult result) {
    return connections.of(result);
  }

  public Counter closes(CloseCause cause) {
    return closes.of(cause);
  }

  public Counter parkingEnds(ParkingEnd end) {
    return parkingEnds.of(end);
  }

  /** PROXY protocol headers that clients were to send, or might. */
  public Counter proxyHeaders(ProxyHeaderResult result) {
    return proxyHeaders.of(result);
  }

  /** Connects from clients' own addresses, where the route asks for that, and UDP sessions. */
  public Counter imitated(Imitated result) {
    return imitated.of(result);
  }

  /** Datagrams from clients. */
  public Counter datagramsIn(DatagramResult result) {
    return datagramsIn.of(result);
  }

  /** Datagrams from tasks. */
  public Counter datagramsOut(DatagramResult result) {
    return datagramsOut.of(result);
  }
}
