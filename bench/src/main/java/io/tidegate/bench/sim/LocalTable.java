package io.tidegate.bench.sim;

import io.tidegate.control.ControlLoop;
import io.tidegate.routing.RoutingTable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one node knows and has in force: a control loop of its own decides when. The loop is given
 * tokens in place of topologies, which are equal where the tables are, so that it publishes exactly
 * when it would; what is in a table was made once for all that stand there.
 */
final class LocalTable {

  final SwarmNode machine;
  private final World world;
  private ControlLoop loop;
  private @Nullable Standing known;
  private @Nullable Standing inForce;
  private long publishedNanos;
  private boolean isOffered;
  private boolean isWaking;

  /** Since when it follows a manager and has all that it missed, or when it lost the last one. */
  private long sinceNanos;

  /** Since when it followed the manager that it has or had last. */
  private long followedNanos;

  private boolean isCurrent;
  private boolean isFailover;
  private boolean isCatchingUp;
  private long tables;

  /** A whole counts once what follows at once has led to this version. */
  private long actFrom;

  LocalTable(SwarmNode machine, World world) {
    this.machine = machine;
    this.world = world;
    this.loop = loop();
    world.judge().add(this);
  }

  private ControlLoop loop() {
    return new ControlLoop(world.time(), this::onTable);
  }

  String id() {
    return machine.id;
  }

  @Nullable Standing known() {
    return known;
  }

  @Nullable Standing inForce() {
    return inForce;
  }

  boolean isCurrent() {
    return isCurrent;
  }

  long sinceNanos() {
    return sinceNanos;
  }

  long followedNanos() {
    return followedNanos;
  }

  /** How many tables were in force so far. */
  long tables() {
    return tables;
  }

  /** The process starts anew and knows nothing. */
  void forget() {
    if (inForce != null) {
      inForce.release();
    }
    inForce = null;
    known = null;
    isOffered = false;
    publishedNanos = 0;
    loop = loop();
    isCurrent = false;
    isFailover = false;
    isCatchingUp = false;
    sinceNanos = world.time().nanoTime();
  }

  /** Its manager is gone, whether or not it knows that. */
  void onManagerGone() {
    isFailover = isCurrent;
    onLost();
  }

  /** From now on nobody tells it anything. */
  void onLost() {
    isCatchingUp = false;
    if (isCurrent) {
      isCurrent = false;
      sinceNanos = world.time().nanoTime();
    }
  }

  /**
   * It was told everything.
   *
   * @param upTo the version to which changes that follow at once lead
   */
  void onWhole(Standing standing, long upTo) {
    isCatchingUp = true;
    actFrom = upTo;
    learn(standing);
  }

  void learn(Standing standing) {
    known = standing;
    if (standing.version < actFrom) {
      return;
    }
    if (isCatchingUp) {
      isCatchingUp = false;
      onCaughtUp();
    }
    loop.offer(standing.token);
    isOffered = true;
    work();
  }

  private void onCaughtUp() {
    long nowNanos = world.time().nanoTime();
    if (isFailover) {
      isFailover = false;
      world.judge().lags().failover.recordValue((nowNanos - sinceNanos) / 1_000);
    }
    if (!isCurrent) {
      isCurrent = true;
      sinceNanos = nowNanos;
      followedNanos = nowNanos;
    }
  }

  private void work() {
    if (!isOffered) {
      return;
    }
    if (loop.doWork() > 0) {
      isOffered = false;
    } else if (!isWaking) {
      isWaking = true;
      world.time().at(publishedNanos + ControlLoop.COALESCE.toNanos(), this::wake);
    }
  }

  private void wake() {
    isWaking = false;
    if (!machine.isLost) {
      work();
    }
  }

  private void onTable(RoutingTable token) {
    publishedNanos = world.time().nanoTime();
    tables++;
    Standing before = inForce;
    Standing now = Objects.requireNonNull(known);
    now.hold();
    inForce = now;
    world.judge().onTable(this, before, now);
    if (before != null) {
      before.release();
    }
  }
}
