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
 * in turn, each from its place: to every node from the client's, unless something else is said.
 */
final class Load implements AutoCloseable {

  private static final int REQUESTS_PER_SECOND = 200;
  private static final int MAX_TOLD = 100;

  /** What is asked; it fails by an IOException. */
  interface Question {
    String ask() throws IOException;
  }

  /**
   * A question that is asked again and again.
   *
   * @param name for people
   */
  record Call(String name, Place from, Question question) {

    static Call http(String name, Place from, String address, int port) {
      return new Call(name, from, () -> Http.get(address, port, "/"));
    }

    /** Asked by another client each time. */
    static Call udp(String name, Place from, String address, int port) {
      return new Call(name, from, () -> UdpClient.askOnce(address, port));
    }
  }

  /** One request that is over; its times are seconds since the load began. */
  record Request(double fromSeconds, double toSeconds, String name, @Nullable String failure) {

    boolean failed() {
      return failure != null;
    }

    boolean wasInFlightAt(double seconds) {
      return fromSeconds <= seconds && seconds <= toSeconds;
    }

    /** Short, as hundreds may be told: {@code n2 29.235+0.004 Connection reset}. */
    @Override
    public String toString() {
      return "%s %.3f+%.3f %s".formatted(name, fromSeconds, toSeconds - fromSeconds, failure);
    }
  }

  private final List<Call> calls;
  private final List<Future<Request>> requests = new ArrayList<>();
  private final int requestsPerSecond;
  private final Thread sender;
  private final long startNanos = System.nanoTime();
  private volatile boolean stopped;

  private Load(List<Call> calls, int requestsPerSecond) {
    this.calls = calls;
    this.requestsPerSecond = requestsPerSecond;
    sender = Thread.ofPlatform().start(this::send);
  }

  static Load start(Place client, int port, List<String> nodes) {
    return start(client, port, nodes, REQUESTS_PER_SECOND);
  }

  static Load start(Place client, int port, List<String> nodes, int requestsPerSecond) {
    return new Load(
        nodes.stream().map(it -> Call.http(it, client, Lab.address(it), port)).toList(),
        requestsPerSecond);
  }

  /** The same to one address. */
  static Load start(Place client, String address, int port) {
    return start(List.of(Call.http(address, client, address, port)));
  }

  /** The same of any calls. */
  static Load start(List<Call> calls) {
    return start(calls, REQUESTS_PER_SECOND);
  }

  static Load start(List<Call> calls, int requestsPerSecond) {
    return new Load(calls, requestsPerSecond);
  }

  private void send() {
    long intervalNanos = TimeUnit.SECONDS.toNanos(1) / requestsPerSecond;
    for (int i = 0; !stopped; i++) {
      long dueNanos = startNanos + i * intervalNanos;
      while (System.nanoTime() < dueNanos) {
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
      Call call = calls.get(i % calls.size());
      requests.add(call.from().start(() -> request(call)));
    }
  }

  private Request request(Call call) {
    double fromSeconds = seconds();
    String failure = null;
    try {
      var _ = call.question().ask();
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    return new Request(fromSeconds, seconds(), call.name(), failure);
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

  /** How many of the requests failed, when, which ones and why; the first of them one by one. */
  static String summary(List<Request> requests) {
    List<Request> failed = failed(requests);
    if (failed.isEmpty()) {
      return requests.size() + " requests, 0 failed";
    }
    Map<String, Long> reasons =
        failed.stream()
            .collect(
                Collectors.groupingBy(
                    request -> request.name + ": " + request.failure,
                    TreeMap::new,
                    Collectors.counting()));
    String each =
        failed.stream().limit(MAX_TOLD).map(Request::toString).collect(Collectors.joining("; "));
    return "%d requests, %d failed, begun %.3f to %.3f s after the start of the load, %s: %s"
        .formatted(
            requests.size(),
            failed.size(),
            failed.getFirst().fromSeconds,
            failed.getLast().fromSeconds,
            reasons,
            each);
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
