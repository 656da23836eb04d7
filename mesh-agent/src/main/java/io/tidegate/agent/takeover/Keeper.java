package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.proxy.Foothold;
import io.tidegate.proxy.Placement;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ports taken over that Docker publishes: has the data path serve them inside Docker's
 * mesh, and the kernel bring their clients there. One thread looks every two seconds, and at once
 * when the table changes; whatever fails is said once, counted, and tried again.
 *
 * <pre>
 *   start ──► foothold ──► sockets there ──► begin ──► rules ──► cease, where another agent follows
 *                ▲                                    │    ▲
 *                └── another namespace at its path    └────┘ ports come and go; released, and back
 * </pre>
 *
 * The thread alone looks for footholds. Rules are also written by whoever releases, so that they
 * can be told how it went: all under one lock.
 */
public final class Keeper implements Takeover, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  private static final Duration FIRST_LOOK_LIMIT = Duration.ofSeconds(5);

  /** The data path. */
  @FunctionalInterface
  public interface Site {

    /** Serves the ports that Docker publishes elsewhere: {@link io.tidegate.mesh.Mesh#place}. */
    int place(Placement placement) throws IOException;
  }

  private final TakeoverConfig config;
  private final Surroundings surroundings;
  private final Supplier<RoutingTable> table;
  private final Site site;
  private final Watcher watcher = new Watcher("takeover", this::turn, Watcher.PERIOD::toNanos);
  private final CountDownLatch looked = new CountDownLatch(1);

  // Under the lock of this, all below.
  private final FollowedPorts ports = FollowedPorts.ofDocker();
  private @Nullable Footing footing;
  private @Nullable Placement placed;
  private boolean hasBegun;
  private boolean isReleased;
  private boolean isOver;
  private String why;

  private volatile TakeoverStatus status;

  Keeper(
      TakeoverConfig config, Surroundings surroundings, Supplier<RoutingTable> table, Site site) {
    this.config = config;
    this.surroundings = surroundings;
    this.table = table;
    this.site = site;
    why = config.mode() == TakeoverConfig.Mode.HOST ? "as it was told" : "not looked at yet";
    status = TakeoverStatus.none(why);
  }

  /**
   * One that looks for {@code ingress_sbox}; not started.
   *
   * @param sandbox where that is, as far as is known now
   * @param table in force
   */
  public static Keeper of(
      TakeoverConfig config, Supplier<Path> sandbox, Supplier<RoutingTable> table, Site site) {
    return new Keeper(config, new Sandbox(sandbox), table, site);
  }

  /** Begins to look, so that the data path knows where to serve; no rule is written yet. */
  public void start() {
    if (config.mode() == TakeoverConfig.Mode.HOST) {
      looked.countDown();
    } else {
      placeSurely(new Placement.Nowhere(why));
      watcher.start();
    }
  }

  /** From now on clients are brought here. Waits until the first look is over. */
  public void begin() {
    try {
      if (!looked.await(FIRST_LOOK_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("takeover: the first look takes more than {} s", FIRST_LOOK_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    allowRules();
    wake();
  }

  synchronized void allowRules() {
    hasBegun = true;
  }

  /** The table has changed. For any thread. */
  public void wake() {
    watcher.wake();
  }

  @Override
  public TakeoverStatus status() {
    return status;
  }

  private boolean turn() {
    boolean isWell = look();
    looked.countDown();
    return isWell;
  }

  /** Looks at everything once; false if something is in the way. */
  synchronized boolean look() {
    if (isOver) {
      return true;
    }
    try {
      settle();
      enforce();
      watcher.onWell();
    } catch (IOException | RuntimeException e) {
      onFailed(String.valueOf(e.getMessage()));
    }
    tell();
    return watcher.error() == null;
  }

  /** Sees to it that the agent stands where Docker's mesh is now. */
  private void settle() throws IOException {
    if (footing == null && config.mode() == TakeoverConfig.Mode.AUTO) {
      Ipvs ipvs = surroundings.ipvs();
      if (ipvs.state() == Ipvs.State.ABSENT) {
        why = "Docker's mesh cannot work here: " + ipvs.reason();
        place(new Placement.Host());
        return;
      }
    }
    if (footing == null || !footing.foothold().identity().equals(surroundings.identity())) {
      footing = settleAt(surroundings.foothold());
    }
  }

  private Footing settleAt(Foothold foothold) throws IOException {
    Rules rules = surroundings.rules(foothold, config.mark());
    int port = place(new Placement.Inside(foothold, rules.isTcpAlone()));
    why = "Docker's mesh brings its clients to %s, by %s".formatted(foothold, rules);
    LOG.info("takeover: {}, port {} there, by {}", foothold, port, rules);
    return new Footing(foothold, rules, port, config.mark());
  }

  private int place(Placement placement) throws IOException {
    if (placement.equals(placed)) {
      return 0;
    }
    int port = site.place(placement);
    placed = placement;
    return port;
  }

  /** Puts the rules in force that belong there now. */
  private void enforce() throws IOException {
    ports.follow(table.get());
    if (footing != null && hasBegun) {
      footing.bring(isReleased ? Set.of() : ports.all());
    }
  }

  private void onFailed(String message) {
    watcher.onFailed(message, footing == null ? consequence() : "trying again");
    if (footing == null) {
      why = message;
      placeInstead();
    }
  }

  private String consequence() {
    return config.mode() == TakeoverConfig.Mode.AUTO
        ? "ports are served in this node's own network instead, as with --mode host"
        : "the ports that Docker publishes are left to its own mesh";
  }

  /** Where the ports are served while there is no foothold. */
  private void placeInstead() {
    placeSurely(
        config.mode() == TakeoverConfig.Mode.AUTO
            ? new Placement.Host()
            : new Placement.Nowhere("not taken over: " + why));
  }

  private synchronized void placeSurely(Placement outside) {
    try {
      place(outside);
    } catch (IOException e) {
      throw new IllegalStateException("only a foothold can fail", e);
    }
  }

  private void tell() {
    Footing now = footing;
    boolean isInside = now != null || config.mode() == TakeoverConfig.Mode.TAKEOVER;
    status =
        new TakeoverStatus(
            isInside ? TakeoverStatus.Mode.TAKEOVER : TakeoverStatus.Mode.HOST,
            why,
            now == null ? null : now.foothold().toString(),
            now == null ? Set.of() : now.ports(),
            isReleased,
            now != null && now.isTcpAlone(),
            watcher.failures(),
            watcher.error());
  }

  @Override
  public synchronized TakeoverStatus release(boolean release) throws IOException {
    if (isOver) {
      throw new IOException("takeover: the ports are another agent's now");
    }
    if (status.mode() == TakeoverStatus.Mode.HOST) {
      throw new IOException("takeover: no ports are taken over: " + why);
    }
    if (isReleased != release) {
      LOG.info("takeover: {}", release ? "all ports are released" : "ports are taken again");
    }
    isReleased = release;
    try {
      enforce();
    } catch (IOException e) {
      onFailed(String.valueOf(e.getMessage()));
      throw e;
    } finally {
      tell();
    }
    return status;
  }

  /** Hands all ports back because the agent ends, as far as there are any. */
  public void releaseAtEnd() {
    if (status.foothold() == null) {
      return;
    }
    try {
      var _ = release(true);
    } catch (IOException e) {
      LOG.warn("{}; clients still come until this agent has ended", e.getMessage());
    }
  }

  /** Writes no rules any more: those of the agent that follows are in force, or will be. */
  public synchronized void cease() {
    isOver = true;
  }

  /** Removes all rules that are this agent's, and stops looking. */
  @Override
  public void close() {
    watcher.close();
    synchronized (this) {
      isOver = true;
      try {
        if (footing != null) {
          footing.remove();
        }
      } catch (IOException e) {
        LOG.warn("takeover: rules stay behind, and harm nobody: {}", e.getMessage());
      }
    }
  }
}
