package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.Contender;
import io.tidegate.bench.compare.contender.Fleet;
import io.tidegate.bench.compare.contender.ProxyProcess;
import io.tidegate.bench.compare.load.IdleRelays;
import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.Responder;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A running proxy with the task behind it. */
final class Candidate implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final Duration RETRY = Duration.ofMillis(1);
  private static final Duration AFTER_THAW = Duration.ofMillis(50);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

  private final LoadLoop loop;
  private final Fleet fleet;
  private final ProxyProcess proxy;
  private final Responder responder;
  private final Duration startTime;

  private Candidate(
      LoadLoop loop, Fleet fleet, ProxyProcess proxy, Responder responder, Duration startTime) {
    this.loop = loop;
    this.fleet = fleet;
    this.proxy = proxy;
    this.responder = responder;
    this.startTime = startTime;
  }

  /**
   * Starts a proxy and waits until it answers.
   *
   * @throws IOException saying why it does not
   */
  static Candidate start(LoadLoop loop, Fleet fleet, Contender contender) throws IOException {
    Responder responder = new Responder(loop, fleet.freePort());
    long startNanos = System.nanoTime();
    ProxyProcess proxy = null;
    try {
      proxy = fleet.start(contender, responder.address().getPort());
      awaitAnswer(loop, proxy, responder, startNanos + START_LIMIT.toNanos());
      long nanos = System.nanoTime() - startNanos;
      proxy.settle();
      return new Candidate(loop, fleet, proxy, responder, Duration.ofNanos(nanos));
    } catch (IOException e) {
      responder.close();
      if (proxy != null) {
        fleet.end(proxy);
      }
      throw e;
    }
  }

  private static void awaitAnswer(
      LoadLoop loop, ProxyProcess proxy, Responder responder, long endNanos) throws IOException {
    String last = "";
    while (System.nanoTime() < endNanos) {
      proxy.checkAlive();
      Traffic one = new IdleRelays(loop, proxy.address(), responder, 1);
      try {
        one.begin();
        if (loop.runUntil(one, () -> one.units() == 1, ANSWER_LIMIT)) {
          one.finish();
          return;
        }
        last = "no answer";
      } catch (IOException | TrafficException e) {
        last = String.valueOf(e.getMessage());
      }
      loop.abandon(responder);
      pause(RETRY);
    }
    throw new IOException(
        "%s does not answer after %d s: %s"
            .formatted(proxy.contender(), START_LIMIT.toSeconds(), last));
  }

  private static void pause(Duration time) throws IOException {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a proxy", e);
    }
  }

  Contender contender() {
    return proxy.contender();
  }

  String name() {
    return contender().name();
  }

  ProxyProcess proxy() {
    return proxy;
  }

  /** Lets the proxy run again, and gives it a moment to notice how much time has passed. */
  void thaw() throws IOException {
    proxy.thaw();
    pause(AFTER_THAW);
  }

  /** Stops the proxy in its tracks, so that it costs nothing while others are measured. */
  void freeze() {
    proxy.freeze();
  }

  Responder responder() {
    return responder;
  }

  InetSocketAddress address() {
    return proxy.address();
  }

  /** From exec to the first answer. */
  Duration startTime() {
    return startTime;
  }

  Traffic traffic(CpuWorkload workload) {
    return workload.source().traffic(loop, address(), responder);
  }

  /** Whether it carries such traffic at all. */
  boolean carries(CpuWorkload workload) {
    return !workload.isUdp() || contender().udpMissing() == null;
  }

  @Override
  public void close() {
    fleet.end(proxy);
    responder.close();
  }
}
