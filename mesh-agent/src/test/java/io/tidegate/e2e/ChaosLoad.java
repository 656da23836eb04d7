package io.tidegate.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A steady open-loop load from the client's place over nodes in turn: requests go out at their time
 * whether or not earlier ones were answered, each second one on a connection of its own, the others
 * on connections that are kept.
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

  /**
   * From where to where.
   *
   * @param nodes that are asked over connections that are kept
   * @param open those of them that are asked over new ones
   * @param addresses that clients come from; none is whatever the kernel chooses
   * @param ahead how many connections are there to each node before the first request
   */
  record Aim(List<String> nodes, List<String> open, List<InetAddress> addresses, int ahead) {}

  /** Who comes from one address, with connections for each node. */
  private record Caller(@Nullable InetAddress from, List<KeepAlive> kept) {}

  private final Place place;
  private final int port;
  private final Aim aim;
  private final List<Caller> callers = new ArrayList<>();
  private final Queue<Request> ended = new ConcurrentLinkedQueue<>();
  private final List<Future<?>> sent = new ArrayList<>();
  private final long startNanos;
  private final Thread sender;
  private volatile boolean stopped;

  ChaosLoad(Place place, int port, Aim aim) {
    this.place = place;
    this.port = port;
    this.aim = aim;
    aim.addresses().forEach(this::addCaller);
    if (callers.isEmpty()) {
      addCaller(null);
    }
    startNanos = System.nanoTime();
    sender = Thread.ofPlatform().name("chaos-load").start(this::send);
  }

  private void addCaller(@Nullable InetAddress from) {
    List<KeepAlive> kept =
        aim.nodes().stream().map(node -> new KeepAlive(from, Lab.address(node), port)).toList();
    for (KeepAlive connections : kept) {
      place.call(
          () -> {
            connections.open(aim.ahead());
            return connections;
          });
    }
    callers.add(new Caller(from, kept));
  }

  private void send() {
    long intervalNanos = TimeUnit.SECONDS.toNanos(1) / REQUESTS_PER_SECOND;
    for (long i = 0; !stopped; i++) {
      long dueNanos = startNanos + i * intervalNanos;
      while (System.nanoTime() < dueNanos) {
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
      boolean isKept = i % 2 == 1;
      List<String> nodes = isKept ? aim.nodes() : aim.open();
      int turn = (int) (i / 2);
      String node = nodes.get(turn % nodes.size());
      Caller caller = callers.get(turn / nodes.size() % callers.size());
      sent.add(place.start(() -> request(caller, node, isKept, (dueNanos - startNanos) / 1e9)));
    }
  }

  private @Nullable Void request(Caller caller, String node, boolean isKept, double dueSeconds) {
    String failure = null;
    try {
      if (isKept) {
        caller.kept().get(aim.nodes().indexOf(node)).get();
      } else {
        Http.get(caller.from(), Lab.address(node), port, "/");
      }
    } catch (IOException | RuntimeException e) {
      failure = e.toString();
    }
    ended.add(new Request(dueSeconds, seconds(), node, isKept, failure));
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
    callers.forEach(caller -> caller.kept().forEach(KeepAlive::close));
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
