package io.tidegate.agent;

import io.tidegate.agent.admin.TransparencyStatus;
import io.tidegate.agent.linux.WayBack;
import io.tidegate.agent.source.NodeNetworks;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.proxy.Transparency;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that tasks of this node can see their clients' own addresses, for as long as a service
 * asks for that or a connection lives on it, and tells the data path whether they can, and whose
 * not. On a thread of its own, which sleeps while nobody asks.
 */
final class TransparencyKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TransparencyKeeper.class);

  private static final Transparency UNASKED = TransparencyStatus.UNASKED.inForce();

  /** How often it looks after what it has put in force. */
  private static final Duration INTERVAL = Duration.ofSeconds(3);

  /** How long the first topology that asks may wait for the answer. */
  private static final Duration FIRST_LIMIT = Duration.ofSeconds(1);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final WayBack wayBack;
  private final TopologySource source;
  private final Consumer<Transparency> dataPath;
  private final LongSupplier imitations;
  private final Semaphore asked = new Semaphore(0);
  private final CountDownLatch answered = new CountDownLatch(1);
  private final LongAdder failures = new LongAdder();

  // Of the source's thread alone.
  private final TransparentServices asking = new TransparentServices();

  // Written by the source's thread.
  private volatile boolean isWanted;
  private volatile boolean isClosed;

  // Of the keeper's thread alone.
  private @Nullable NodeNetworks networks;
  private boolean isKept;
  private String complaint = "";

  // Written by the keeper's thread.
  private volatile Transparency inForce = UNASKED;

  private volatile @Nullable Thread thread;

  /**
   * @param dataPath is told whatever changes
   * @param imitations how many sockets need the way back now
   */
  TransparencyKeeper(
      WayBack wayBack,
      TopologySource source,
      Consumer<Transparency> dataPath,
      LongSupplier imitations) {
    this.wayBack = wayBack;
    this.source = source;
    this.dataPath = dataPath;
    this.imitations = imitations;
  }

  /**
   * Begins.
   *
   * @param isAlone whether no other agent runs here, so that rules of an agent are of one that was
   *     killed
   */
  void start(boolean isAlone) {
    thread = Thread.ofPlatform().daemon().name("transparency").start(() -> run(isAlone));
  }

  /**
   * Hears each topology before it goes on; the first that asks waits for a moment, so that no
   * client comes before the answer.
   */
  Consumer<Topology> ahead(Consumer<Topology> next) {
    return topology -> {
      if (want(asking.areIn(topology))) {
        awaitAnswer();
      }
      next.accept(topology);
    };
  }

  private boolean want(boolean wanted) {
    if (isWanted != wanted) {
      isWanted = wanted;
      asked.release();
    }
    return wanted;
  }

  private void awaitAnswer() {
    try {
      boolean isInTime = answered.await(FIRST_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (!isInTime) {
        LOG.debug("transparent clients: no answer within {}", FIRST_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From any thread. */
  TransparencyStatus status() {
    return new TransparencyStatus(isWanted, inForce, failures.sum());
  }

  // --- the keeper's thread ---

  private void run(boolean isAlone) {
    try {
      if (isAlone && !isWanted) {
        clear();
      }
      while (await()) {
        turn();
        answered.countDown();
      }
    } catch (InterruptedException e) {
      // the agent ends
    }
  }

  private void clear() {
    try {
      wayBack.clear();
    } catch (IOException e) {
      LOG.debug("transparent clients: nothing of an earlier agent can be removed", e);
    }
  }

  /** Waits until there is something to do; false at the end. */
  private boolean await() throws InterruptedException {
    if (!isWanted && !isKept) {
      asked.acquire();
    } else if (answered.getCount() == 0
        && asked.tryAcquire(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.debug("transparent clients: asked for, or not any more");
    }
    return !isClosed;
  }

  private void turn() throws InterruptedException {
    try {
      if (isWanted) {
        tell(look());
      } else if (imitations.getAsLong() == 0) {
        tell(UNASKED);
        wayBack.remove();
        isKept = false;
      }
      complaint = "";
    } catch (IOException e) {
      failed(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.debug("a turn of the transparency keeper failed", e);
      failed(String.valueOf(e));
    }
  }

  private Transparency look() throws IOException, InterruptedException {
    NodeNetworks now = readNetworks();
    if (now == null) {
      return Transparency.not("none of the tasks is known to be on this node");
    }
    // Before anything is there that must not stay.
    isKept = true;
    keep(now.ipv6());
    List<Cidr> near = new ArrayList<>(now.blocks());
    near.addAll(ownAddresses());
    return new Transparency(null, near.stream().distinct().toList());
  }

  /** What was known last stays in force while the engine does not answer. */
  private @Nullable NodeNetworks readNetworks() throws IOException, InterruptedException {
    try {
      networks = source.networks();
    } catch (IOException e) {
      if (networks == null) {
        throw e;
      }
      failures.increment();
      LOG.debug("transparent clients: networks as before: {}", e.getMessage());
    }
    return networks;
  }

  /** Whatever else changes rules may be in the way for a moment. */
  private void keep(boolean ipv6) throws IOException {
    try {
      wayBack.keep(ipv6);
    } catch (IOException e) {
      LOG.debug("transparent clients: once more: {}", e.getMessage());
      wayBack.keep(ipv6);
    }
  }

  private static List<Cidr> ownAddresses() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .map(TransparencyKeeper::alone)
        .toList();
  }

  private static Cidr alone(InetAddress address) {
    return Cidr.of(address, address.getAddress().length * Byte.SIZE);
  }

  private void failed(String why) {
    failures.increment();
    if (!why.equals(complaint)) {
      complaint = why;
      LOG.warn("tasks of this node cannot see their clients' own addresses: {}", why);
    }
    if (isWanted) {
      tell(Transparency.not(why));
    }
  }

  private void tell(Transparency next) {
    if (next.equals(inForce)) {
      return;
    }
    if (next.obstacle() == null && inForce.obstacle() != null) {
      LOG.info("tasks of this node see their clients' own addresses, where services ask for it");
    }
    inForce = next;
    dataPath.accept(next);
  }

  /** Ends; to be called when nothing needs the way back any more. */
  @Override
  public void close() {
    isClosed = true;
    asked.release();
    Thread running = thread;
    if (running == null) {
      return;
    }
    try {
      running.join(CLOSE_LIMIT);
      wayBack.remove();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("transparent clients: rules are left: {}", e.getMessage());
    }
  }
}
