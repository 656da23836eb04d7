package io.tidegate.proxy;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.metrics.CloseCause;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The relays to one endpoint on one shard, in a ring of themselves; and their end where its task is
 * told to stop: by the {@link DrainWindow}, those first in which nothing has moved for the longest.
 * The timer runs while there is anything to close. Where the endpoint seems to be gone, the kernel
 * ends them.
 */
final class EndpointRelays extends Timer {

  /** How many are closed in a row before other connections have their turn. */
  static final int MOST_CLOSES = 256;

  // The idlest of so many goes next: of all, where there are no more, and at a bounded cost.
  private static final int LOOKS = 64;
  // Less than a tick, or it would miss every other one.
  private static final long TICK_NANOS = Timers.RESOLUTION_NANOS / 2;

  private final EndpointLoad load;
  private final ShardClock clock;
  private final RandomGenerator random;

  // Shard loop only, all below. Any one of the ring, or null if there is none.
  private @Nullable Relay ring;
  private int count;
  private @Nullable DrainWindow window;

  EndpointRelays(EndpointLoad load, ShardClock clock, RandomGenerator random) {
    this.load = load;
    this.clock = clock;
    this.random = random;
  }

  /** A relay begins, which the load counts already. */
  void add(Relay relay) {
    Relay after = ring;
    if (after == null) {
      relay.previousInRing = relay;
      relay.nextInRing = relay;
      ring = relay;
    } else {
      Relay before = Objects.requireNonNull(after.previousInRing);
      relay.previousInRing = before;
      relay.nextInRing = after;
      before.nextInRing = relay;
      after.previousInRing = relay;
    }
    count++;
    if (count == 1) {
      wind();
    }
  }

  /** A relay is over. */
  void remove(Relay relay) {
    load.end();
    Relay before = Objects.requireNonNull(relay.previousInRing);
    Relay after = Objects.requireNonNull(relay.nextInRing);
    before.nextInRing = after;
    after.previousInRing = before;
    relay.previousInRing = null;
    relay.nextInRing = null;
    count--;
    if (count == 0) {
      ring = null;
      clock.stop(this);
    } else if (ring == relay) {
      ring = after;
    }
  }

  /**
   * The endpoint's task is told to stop.
   *
   * @param timeout by when no relay may be left
   */
  void drain(long sinceNanos, Duration timeout) {
    if (window == null || !window.isOf(sinceNanos, timeout)) {
      window = new DrainWindow(sinceNanos, timeout, random.nextDouble());
      wind();
    }
  }

  /** The endpoint seems to be gone: its relays end unless it says soon that it is not. */
  void giveUp() {
    Relay relay = ring;
    for (int i = 0; i < count; i++) {
      Relay next = Objects.requireNonNull(Objects.requireNonNull(relay).nextInRing);
      relay.giveUp();
      relay = next;
    }
  }

  /** It is not told to stop, or not any more. */
  void keep() {
    window = null;
    clock.stop(this);
  }

  private void wind() {
    clock.stop(this);
    if (window != null && count > 0) {
      clock.start(Math.max(window.restNanos(clock.nanoTime()), TICK_NANOS), this);
    }
  }

  @Override
  void onExpired(long nowNanos) {
    int toClose = window == null ? 0 : Math.min(window.toClose(count, nowNanos), MOST_CLOSES);
    for (int i = 0; i < toClose && ring != null; i++) {
      takeIdlest(ring).end(CloseCause.DRAINED);
    }
    wind();
  }

  /** Of the next few, and goes on behind them. */
  private Relay takeIdlest(Relay first) {
    Relay idlest = first;
    Relay relay = Objects.requireNonNull(first.nextInRing);
    for (int i = 1; i < LOOKS && relay != first; i++) {
      if (relay.lastMoveNanos() - idlest.lastMoveNanos() < 0) {
        idlest = relay;
      }
      relay = Objects.requireNonNull(relay.nextInRing);
    }
    ring = relay;
    return idlest;
  }

  @Override
  void abandon() {
    // Holds nothing: each relay has a timer of its own.
  }
}
