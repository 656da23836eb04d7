package io.tidegate.agent;

import io.tidegate.agent.handover.HandoverClient;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.Inheritance;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an agent takes over from the one before: on a thread of its own, with all that it needs
 * running already but for listening.
 *
 * <pre>
 *   sockets here ──► table in force ──► ready ──► the other lets go ──► listeners, then admin
 *                    has their ports,
 *                    or 5 s later
 * </pre>
 */
final class Succession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

  // A first table may know less than the next, as when an engine's answer is behind what peers say.
  private static final Duration PORTS_LIMIT = Duration.ofSeconds(5);
  // As long as the other agent waits.
  private static final Duration TABLE_LIMIT = Duration.ofSeconds(60);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(5);

  /** How long one that said nothing at the end may take to be gone. */
  private static final Duration GONE_LIMIT = Duration.ofSeconds(2);

  private final HandoverClient takeover;
  private final Mesh mesh;
  private final Inheritance inheritance;
  private volatile @Nullable Thread thread;

  /** To be made before the mesh gets a topology. */
  Succession(HandoverClient takeover, Mesh mesh) {
    this.takeover = takeover;
    this.mesh = mesh;
    this.inheritance = Inheritance.of(takeover.sockets());
    mesh.inherit(inheritance);
    LOG.info(
        "hand-over: {} sockets for {} ports from {}, which goes on until this agent is ready",
        takeover.sockets().size(),
        inheritance.ports().size(),
        takeover.predecessor());
  }

  /** What the agent does on the way. */
  interface Successor {

    /** The other agent has let go: from now on nobody but this one has its clients. */
    void serve();

    /** Opens the admin ports, which another process may still have. */
    void openAdmin() throws StartupException;

    /** Everything is here: another agent may follow. */
    void offerPlace();

    /** The other agent's clients are not this one's. */
    void fail(StartupException why);
  }

  /** Begins. */
  void start(Successor successor) {
    Runnable succession =
        () -> {
          try {
            run(successor);
            successor.offerPlace();
          } catch (StartupException e) {
            successor.fail(e);
          } catch (InterruptedException e) {
            LOG.debug("hand-over: the agent ends before it is done");
          }
        };
    thread = Thread.ofPlatform().daemon().name("succession").start(succession);
  }

  private void run(Successor successor) throws StartupException, InterruptedException {
    if (awaitTable() && takeover.finish()) {
      successor.serve();
      begin();
      LOG.info("hand-over: done, its clients are served here now");
      openLater(successor);
    } else {
      LOG.warn("hand-over: {} has not let go; is it still there?", takeover.predecessor());
      takeover.close();
      // Two agents cannot have the admin port: if this one gets it, it is alone.
      openSoon(successor);
      successor.serve();
      begin();
    }
    takeover.close();
  }

  /** Waits for a table that has all ports, or for as long as that may take; false without any. */
  private boolean awaitTable() throws InterruptedException {
    Set<PublishedPort> ports = inheritance.ports();
    long startNanos = System.nanoTime();
    long portsNanos = Long.MAX_VALUE;
    while (System.nanoTime() - startNanos < TABLE_LIMIT.toNanos()) {
      RoutingTable table = mesh.table();
      if (table.version() > 0) {
        portsNanos = Math.min(portsNanos, System.nanoTime() - startNanos + PORTS_LIMIT.toNanos());
      }
      boolean isWhole = table.version() > 0 && table.routes().keySet().containsAll(ports);
      if (isWhole || System.nanoTime() - startNanos > portsNanos) {
        return true;
      }
      Thread.sleep(LOOK_INTERVAL);
    }
    return false;
  }

  private void begin() {
    inheritance.begin();
    mesh.settle();
    inheritance.close();
  }

  private static void openSoon(Successor successor) throws StartupException, InterruptedException {
    long endNanos = System.nanoTime() + GONE_LIMIT.toNanos();
    while (true) {
      try {
        successor.openAdmin();
        return;
      } catch (StartupException e) {
        if (System.nanoTime() - endNanos > 0) {
          throw e;
        }
      }
      Thread.sleep(LOOK_INTERVAL);
    }
  }

  /** Clients are served: what is in the way of being asked must not end that. */
  private static void openLater(Successor successor) throws InterruptedException {
    boolean hasComplained = false;
    while (true) {
      try {
        successor.openAdmin();
        return;
      } catch (StartupException e) {
        if (!hasComplained) {
          LOG.warn("{}; trying again", e.getMessage());
          hasComplained = true;
        }
      }
      Thread.sleep(hasComplained ? RETRY_INTERVAL : LOOK_INTERVAL);
    }
  }

  /** Leaves everything to the other agent, if that has not let go yet. */
  @Override
  public void close() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
    takeover.close();
    inheritance.close();
  }
}
