package io.tidegate.metrics;

/**
 * How long the connections of a route take, on one shard; or those of all virtual addresses of a
 * network by one protocol, of which each would have few and pay for all.
 */
public final class Latencies {

  /** From accepting the client to the task's answer, retries included. */
  final Latency connect = new Latency();

  /** From parking the client to the end of that, whatever it was. */
  final Latency parkedTime = new Latency();

  /** From accepting the client to the task's first byte. */
  final Latency firstByte = new Latency();

  /** From accepting the client to the end of the relay. */
  final Latency duration = new Latency();
}
