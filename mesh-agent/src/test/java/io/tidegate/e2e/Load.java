package io.tidegate.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A steady open-loop load: requests go out at their time whether or not earlier ones were answered,
 * to every node in turn, from the client's place.
 */
final class Load implements AutoCloseable {

  private static final int REQUESTS_PER_SECOND = 200;

  /** One request that failed. */
  record Failure(double fromSeconds, double toSeconds, String node, String why) {}

  private final Place client;
  private final int port;
  private final List<String> nodes;
  private final List<Future<Failure[]>> requests = new ArrayList<>();
  private final Thread sender;
  private final long startNanos = System.nanoTime();
  private volatile boolean stopped;

  private Load(Place client, int port, List<String> nodes) {
    this.client = client;
    this.port = port;
    this.nodes = nodes;
    sender = Thread.ofPlatform().start(this::send);
  }

  static Load start(Place client, int port, List<String> nodes) {
    return new Load(client, port, nodes);
  }

  private void send() {
    long intervalNanos = TimeUnit.SECONDS.toNanos(1) / REQUESTS_PER_SECOND;
    for (int i = 0; !stopped; i++) {
      long dueNanos = startNanos + i * intervalNanos;
      while (System.nanoTime() < dueNanos) {
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
      String node = nodes.get(i % nodes.size());
      requests.add(client.start(() -> request(node)));
    }
  }

  private Failure[] request(String node) {
    double fromSeconds = seconds();
    try {
      Http.get(Lab.address(node), port, "/");
      return new Failure[0];
    } catch (IOException e) {
      return new Failure[] {new Failure(fromSeconds, seconds(), node, String.valueOf(e.getMessage()))};
    }
  }

  /** Seconds since the load began. */
  double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Lets the load go on for a while. */
  void goOnFor(Duration time) throws InterruptedException {
    sender.join(time);
  }

  /** Stops sending, waits for every answer and returns the requests that failed. */
  List<Failure> stop() throws InterruptedException, ExecutionException {
    close();
    List<Failure> failures = new ArrayList<>();
    for (Future<Failure[]> request : requests) {
      failures.addAll(List.of(request.get()));
    }
    return failures;
  }

  int sent() {
    return requests.size();
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
