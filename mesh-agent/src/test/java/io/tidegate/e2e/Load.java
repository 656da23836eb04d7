package io.tidegate.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A steady open-loop load: requests go out at their time whether or not earlier ones were answered,
 * to every node in turn, from the client's place.
 */
final class Load implements AutoCloseable {

  private static final int REQUESTS_PER_SECOND = 200;

  /** One request that is over; its times are seconds since the load began. */
  record Request(double fromSeconds, double toSeconds, String node, @Nullable String failure) {

    boolean failed() {
      return failure != null;
    }

    boolean wasInFlightAt(double seconds) {
      return fromSeconds <= seconds && seconds <= toSeconds;
    }
  }

  private final Place client;
  private final int port;
  private final List<String> addresses;
  private final List<String> nodes;
  private final List<Future<Request>> requests = new ArrayList<>();
  private final int requestsPerSecond;
  private final Thread sender;
  private final long startNanos = System.nanoTime();
  private volatile boolean stopped;

  private Load(
      Place client, int port, List<String> nodes, List<String> addresses, int requestsPerSecond) {
    this.client = client;
    this.port = port;
    this.nodes = nodes;
    this.addresses = addresses;
    this.requestsPerSecond = requestsPerSecond;
    sender = Thread.ofPlatform().start(this::send);
  }

  static Load start(Place client, int port, List<String> nodes) {
    return start(client, port, nodes, REQUESTS_PER_SECOND);
  }

  static Load start(Place client, int port, List<String> nodes, int requestsPerSecond) {
    List<String> addresses = nodes.stream().map(Lab::address).toList();
    return new Load(client, port, nodes, addresses, requestsPerSecond);
  }

  /** The same to one address. */
  static Load start(Place client, String address, int port) {
    return new Load(client, port, List.of(address), List.of(address), REQUESTS_PER_SECOND);
  }

  private void send() {
    long intervalNanos = TimeUnit.SECONDS.toNanos(1) / requestsPerSecond;
    for (int i = 0; !stopped; i++) {
      long dueNanos = startNanos + i * intervalNanos;
      while (System.nanoTime() < dueNanos) {
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
      int index = i % nodes.size();
      requests.add(client.start(() -> request(index)));
    }
  }

  private Request request(int index) {
    double fromSeconds = seconds();
    String failure = null;
    try {
      Http.get(addresses.get(index), port, "/");
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    return new Request(fromSeconds, seconds(), nodes.get(index), failure);
  }

  /** Seconds since the load began. */
  double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Lets the load go on for a while. */
  void goOnFor(Duration time) throws InterruptedException {
    sender.join(time);
  }

  /** Stops sending, waits for every answer and returns all requests in the order of their start. */
  List<Request> stop() throws InterruptedException, ExecutionException {
    close();
    List<Request> ended = new ArrayList<>();
    for (Future<Request> request : requests) {
      ended.add(request.get());
    }
    return ended;
  }

  static List<Request> failed(List<Request> requests) {
    return requests.stream().filter(Request::failed).toList();
  }

  /** How many of the requests failed, when, at which nodes and why. */
  static String summary(List<Request> requests) {
    List<Request> failed = failed(requests);
    if (failed.isEmpty()) {
      return requests.size() + " requests, 0 failed";
    }
    Map<String, Long> reasons =
        failed.stream()
            .collect(
                Collectors.groupingBy(
                    request -> request.node + ": " + request.failure,
                    TreeMap::new,
                    Collectors.counting()));
    return "%d requests, %d failed, begun %.3f to %.3f s after the start of the load, %s"
        .formatted(
            requests.size(),
            failed.size(),
            failed.getFirst().fromSeconds,
            failed.getLast().fromSeconds,
            reasons);
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
