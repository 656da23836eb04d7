package io.tidegate.agent.watch;

import io.grpc.ManagedChannel;
import io.tidegate.agent.source.Backoff;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the store of this node's manager for as long as the node is one. Runs on a thread of its
 * own until that is interrupted.
 */
public final class ManagerWatch implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ManagerWatch.class);

  private final WatchConfig config;
  private final Sink sink;
  private final RandomGenerator random;
  private final int maxMessageBytes;
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(15));
  private final Backoff alpnBackoff = new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(10));
  private final Semaphore wake = new Semaphore(0);

  private volatile boolean isManager;
  private volatile String engineVersion = "";
  private volatile @Nullable ManagedChannel channel;
  private boolean isEstablished;
  private @Nullable String complaint;

  /** Takes news; may wait while it has no room for them, but not for long. */
  public interface Sink {
    void put(WatchNews news) throws InterruptedException;
  }

  public ManagerWatch(WatchConfig config, Sink sink, RandomGenerator random) {
    this(config, sink, random, ControlSocket.MAX_MESSAGE_BYTES);
  }

  ManagerWatch(WatchConfig config, Sink sink, RandomGenerator random, int maxMessageBytes) {
    this.config = config;
    this.sink = sink;
    this.random = random;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** What the engine says of its node. From any thread. */
  public void onEngine(boolean nodeIsManager, String version) {
    boolean isPromoted = nodeIsManager && !isManager;
    boolean isOther = !version.equals(engineVersion);
    engineVersion = version;
    isManager = nodeIsManager;
    if (isPromoted || isOther) {
      wake.release();
    }
  }

  /** Something was missed: begins anew. From any thread. */
  public void restart() {
    ManagedChannel open = channel;
    if (open != null) {
      open.shutdownNow();
    }
  }

  @Override
  public void run() {
    try {
      while (!isManager) {
        wake.acquire();
      }
      try (ControlSocket socket = new ControlSocket()) {
        follow(socket);
      }
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  private void follow(ControlSocket socket) throws InterruptedException {
    while (!Thread.interrupted()) {
      if (isManager) {
        pause(attempt(socket));
      } else {
        wake.acquire();
      }
    }
  }

  /** Returns how long to pause before the next one. */
  private Duration attempt(ControlSocket socket) throws InterruptedException {
    isEstablished = false;
    String why = "the stream ended";
    Backoff pauses = backoff;
    try {
      String obstacle = config.obstacle();
      if (obstacle != null) {
        throw new WatchException(obstacle);
      }
      followOnce(socket);
    } catch (WatchException.NoAlpn e) {
      pauses = alpnBackoff;
      why = noAlpn();
    } catch (WatchException e) {
      why = String.valueOf(e.getMessage());
    }
    if (isEstablished) {
      sink.put(new WatchNews.Lost(why));
    }
    complain(why);
    return pauses.next(random.nextDouble());
  }

  private String noAlpn() {
    return "Docker "
        + engineVersion
        + " has stopped negotiating HTTP/2 (ALPN) on the manager's socket, as every Docker before"
        + " 28.0 does once it renews its certificate; a restart of dockerd helps until the next"
        + " renewal, Docker 28 or newer for good";
  }

  private void followOnce(ControlSocket socket) throws InterruptedException, WatchException {
    ManagedChannel opened = socket.open(config, maxMessageBytes);
    channel = opened;
    try {
      new WatchSession(opened, sink).follow(this::onEstablished);
    } finally {
      channel = null;
      opened.shutdownNow();
    }
  }

  private void onEstablished() {
    isEstablished = true;
    complaint = null;
    backoff.onSuccess();
    alpnBackoff.onSuccess();
  }

  /** Says the same thing once. */
  private void complain(String why) {
    if (isManager && !why.equals(complaint)) {
      complaint = why;
      LOG.warn("swarm-watch: {}; the Swarm is read by its REST API meanwhile", why);
    }
  }

  private void pause(Duration pause) throws InterruptedException {
    if (wake.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
      wake.drainPermits();
    }
  }
}
