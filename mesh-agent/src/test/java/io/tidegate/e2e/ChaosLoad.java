package io.tidegate.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A steady open-loop load from the client's place over all nodes in turn: requests go out at their
 * time whether or not earlier ones were answered, each second one on a connection of its own, the
 * others on connections that are kept.
 */
final class ChaosLoad implements AutoCloseable {

  static final int REQUESTS_PER_SECOND = 500;

  /**
   * One request that is over.
   *
   * @param dueSeconds when it should have gone out, since the load began: how late it went counts
   *     too
   */
  record Request(
      double dueSeconds, double endSeconds, String node, boolean isKept, @Nullable String failure) {

    boolean failed() {
      return failure != null;
    }

    double tookSeconds() {
      return endSeconds - dueSeconds;
    }
  }

  private final Place client;
  private final int port;
  private final List<String> nodes;
  private final List<KeepAlive> kept;
  private final Queue<Request> ended = new ConcurrentLinkedQueue<>();
  private final List<Future<?>> sent = new ArrayList<>();
  private final long startNanos = System.nanoTime();
  private final Thread sender;
  private volatile boolean stopped;

  ChaosLoad(Place client, int port, List<String> nodes) {
    this.client = client;
    this.port = port;
    this.nodes = nodes;
    kept = nodes.stream().map(node -> new KeepAlive(Lab.address(node), port)).toList();
    sender = Thread.ofPlatform().name("chaos-load").start(this::send);
  }

  private void send() {
    long intervalNanos = TimeUnit.SECONDS.toNanos(1) / REQUESTS_PER_SECOND;
    for (long i = 0; !stopped; i++) {
      long dueNanos = startNanos + i * intervalNanos;
      while (System.nanoTime() < dueNanos) {
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
      int node = (int) (i / 2 % nodes.size());
      boolean isKept = i % 2 == 1;
      sent.add(client.start(() -> request(node, isKept, (dueNanos - startNanos) / 1e9)));
    }
  }

  private @Nullable Void request(int node, boolean isKept, double dueSeconds) {
    String failure = null;
    try {
      if (isKept) {
        kept.get(node).get();
      } else {
        Http.get(Lab.address(nodes.get(node)), port, "/");
      }
    } catch (IOException | RuntimeException e) {
      failure = e.toString();
    }
    ended.add(new Request(dueSeconds, seconds(), nodes.get(node), isKept, failure));
    return null;
  }

  /** Seconds since the load began. */
  double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** How many requests are over, and how many of them failed. */
  String progress() {
    long failed = ended.stream().filter(Request::failed).count();
    return "%d requests, %d failed".formatted(ended.size(), failed);
  }

  void goOnFor(double seconds) throws InterruptedException {
    sender.join((long) (seconds * 1_000));
  }

  /** Stops sending, waits for every answer and returns all requests. */
  List<Request> stop() throws Exception {
    close();
    for (Future<?> request : sent) {
      request.get();
    }
    kept.forEach(KeepAlive::close);
    return List.copyOf(ended);
  }

  @Override
  public void close() {
    stopped = true;
    try {
      sender.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
