package io.tidegate.agent.vip;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.takeover.Watcher;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel bring clients of virtual addresses to the agent, in the sandbox of each overlay
 * network that has one on this node. Sandboxes come and go with tasks, and Docker's doings with
 * them: one thread looks in a {@link VipRhythm} while there are addresses; whatever fails is said
 * once, counted, and tried again.
 *
 * <pre>
 *   sandbox ──► sockets there ──► begin ──► rules, then addresses ──► cease, where another agent
 *      ▲                                        │  ▲                  follows
 *      └── another one at its path              └──┘ addresses come and go; released, and back
 * </pre>
 */
public final class VipKeeper implements Vips, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VipKeeper.class);

  private final String why;
  private final Supplier<RoutingTable> table;
  private final VipSandboxes sandboxes;
  private final Supplier<Ipvs> ipvs;
  private final VipRhythm rhythm;
  private final Watcher watcher = new Watcher("virtual addresses", this::look, this::restNanos);

  // Under the lock of this, all below.
  private final VipFootings footings;
  private boolean isToBeCleared;
  private boolean isOver;

  private volatile VipStatus status;

  VipKeeper(
      String why,
      Supplier<RoutingTable> table,
      VipPath path,
      Supplier<Path> folder,
      Supplier<Ipvs> ipvs,
      NanoClock clock) {
    this.why = why;
    status = VipStatus.none(why);
    this.table = table;
    this.ipvs = ipvs;
    rhythm = new VipRhythm(clock);
    footings = new VipFootings(path, this::mayAdd);
    sandboxes = new VipSandboxes(folder);
  }

  /**
   * One for this node; not started.
   *
   * @param why which virtual addresses are to be served, for people
   * @param table in force
   * @param ingress where {@code ingress_sbox} is, as far as is known now; the others are beside it
   */
  public static VipKeeper of(
      String why, Supplier<RoutingTable> table, VipPath path, Supplier<Path> ingress) {
    return new VipKeeper(
        why, table, path, () -> folderOf(ingress.get()), Ipvs::detect, SystemNanoClock.INSTANCE);
  }

  /**
   * Why no virtual addresses can be served on this node, or null if they can; nothing is changed.
   */
  public static @Nullable String obstacle() {
    try {
      var _ = VipSandbox.at(Path.of("/proc/self/ns/net"));
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Path folderOf(Path ingress) {
    return Objects.requireNonNull(ingress.getParent());
  }

  /**
   * Begins to look, so that the data path has sockets; no rule is written yet.
   *
   * @param isAlone whether no other agent runs here, so that what is found of an agent is of one
   *     that was killed
   */
  public synchronized void start(boolean isAlone) {
    LOG.info("virtual addresses: {}", why);
    isToBeCleared = isAlone;
    watcher.start();
  }

  /** From now on clients are brought here. */
  public void begin() {
    allowRules();
    wake();
  }

  private synchronized void allowRules() {
    footings.begin();
  }

  /** The table has changed. For any thread. */
  public void wake() {
    rhythm.onChange();
    watcher.wake();
  }

  @Override
  public VipStatus status() {
    return status;
  }

  private synchronized long restNanos() {
    return footings.isIdle() ? Watcher.UNTIL_WOKEN_NANOS : rhythm.restNanos();
  }

  /** Where there is IPVS Docker adds all addresses, if in its own time, and must be the first. */
  private boolean mayAdd() {
    return ipvs.get().state() == Ipvs.State.ABSENT;
  }

  /** Looks at everything once; false if something is in the way. */
  private synchronized boolean look() {
    if (isOver) {
      return true;
    }
    clear();
    footings.follow(table.get());
    String failure = footings.enforce();
    if (rhythm.isComparisonDue()) {
      String another = footings.compareNext();
      failure = failure == null ? another : failure;
    }
    if (failure == null) {
      watcher.onWell();
    } else {
      onFailed(failure);
    }
    tell();
    return failure == null;
  }

  /** Removes what an agent has left that was killed. */
  private void clear() {
    if (!isToBeCleared) {
      return;
    }
    isToBeCleared = false;
    try {
      for (Path each : sandboxes.all()) {
        if (VipSandbox.at(each).clear()) {
          LOG.info("virtual addresses: removed what an earlier agent left in {}", each);
        }
      }
    } catch (IOException e) {
      LOG.debug("virtual addresses: nothing can be removed: {}", e.getMessage());
    }
  }

  private void onFailed(String message) {
    watcher.onFailed(message, "trying again");
  }

  private void tell() {
    status =
        new VipStatus(
            why, footings.status(), footings.isReleased(), watcher.failures(), watcher.error());
  }

  @Override
  public synchronized VipStatus release(boolean release) throws IOException {
    if (isOver) {
      throw new IOException("virtual addresses: they are another agent's now");
    }
    String failure = footings.release(release);
    if (failure != null) {
      onFailed(failure);
    }
    tell();
    if (failure != null) {
      throw new IOException(failure);
    }
    return status;
  }

  /** Hands all addresses back because the agent ends. */
  public void releaseAtEnd() {
    if (status.networks().isEmpty()) {
      cease();
      return;
    }
    try {
      var _ = release(true);
    } catch (IOException e) {
      LOG.warn("{}; clients still come until this agent has ended", e.getMessage());
    }
  }

  /** Writes nothing any more: what the agent that follows has written is in force, or will be. */
  public synchronized void cease() {
    isOver = true;
  }

  /**
   * Removes all rules and addresses that are this agent's, and stops looking. To be called any
   * number of times.
   */
  @Override
  public void close() {
    watcher.close();
    synchronized (this) {
      isOver = true;
      footings.removeAll();
    }
  }
}
