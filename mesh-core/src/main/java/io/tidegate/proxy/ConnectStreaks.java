package io.tidegate.proxy;

import io.tidegate.kernel.Errno;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * How many connects to an endpoint failed in a row, over all shards, among which the kernel spreads
 * clients by chance. Knows nothing of endpoints that answer; only a connect that fails, or is
 * answered after others have failed, touches what shards share. For any thread.
 *
 * <pre>
 *   failed  failed  failed ──► spent for a second ──► failed ──► spent for a second …
 *      1       2       3                                 4
 * </pre>
 *
 * <p>Shards pass over an endpoint that is spent. That holds until a table says what is to become of
 * it, and if none does, an endpoint costs one client per second an attempt.
 */
final class ConnectStreaks {

  private static final long SPENT_NANOS = Duration.ofSeconds(1).toNanos();
  // What nobody has dialled for so long is better forgotten.
  private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

  private record Streak(int failures, long lastNanos, boolean isStray) {

    Streak plus(Streak later) {
      return new Streak(failures + later.failures, later.lastNanos, isStray || later.isStray);
    }

    boolean isSpent(long nowNanos) {
      boolean isLong = failures >= ConnectOutcome.MOST_FAILURES;
      return isStray || (isLong && nowNanos - lastNanos < SPENT_NANOS);
    }

    /** What is left when a connect was answered, by whomever. */
    @Nullable Streak answered() {
      return isStray ? this : null;
    }
  }

  private final ConcurrentMap<EndpointId, Streak> streaks = new ConcurrentHashMap<>();
  private final NanoClock clock;
  private final ConnectObserver observer;

  ConnectStreaks(NanoClock clock, ConnectObserver observer) {
    this.clock = clock;
    this.observer = observer;
  }

  /** Whether connects to any endpoint fail; false costs nothing more. */
  boolean areAny() {
    return !streaks.isEmpty();
  }

  boolean isSpent(EndpointId endpoint) {
    Streak streak = streaks.get(endpoint);
    return streak != null && streak.isSpent(clock.nanoTime());
  }

  /** Whether the endpoint's address is another's. */
  boolean isStray(EndpointId endpoint) {
    Streak streak = streaks.get(endpoint);
    return streak != null && streak.isStray;
  }

  /**
   * The endpoint's task has lost its address, and does not get it back: nobody is to dial it until
   * a table tells that it is gone.
   */
  void onStrayed(Endpoint endpoint) {
    streaks.merge(endpoint.id(), new Streak(1, clock.nanoTime(), true), Streak::plus);
  }

  /** What a failed connect says of the endpoint; null if it has nothing to do with it. */
  static @Nullable Result resultOf(IOException e) {
    if (Errno.isRefused(e)) {
      return Result.REFUSED;
    }
    return Errno.isUnreachable(e) ? Result.SILENT : null;
  }

  void onFailed(String serviceId, Endpoint endpoint, Result result) {
    long nowNanos = clock.nanoTime();
    EndpointId id = endpoint.id();
    Streak before = streaks.get(id);
    Streak now = streaks.merge(id, new Streak(1, nowNanos, false), Streak::plus);
    if (before == null || !before.isSpent(nowNanos)) {
      observer.onOutcome(new ConnectOutcome(serviceId, endpoint, result, now.failures, false));
    }
  }

  void onAnswered(String serviceId, Endpoint endpoint) {
    boolean hadFailed = forget(endpoint);
    // It may be ejected for what others say, or for its node.
    if (hadFailed || endpoint.ejection() != null) {
      observer.onOutcome(new ConnectOutcome(serviceId, endpoint, Result.ANSWERED, 0, false));
    }
  }

  private boolean forget(Endpoint endpoint) {
    EndpointId id = endpoint.id();
    return streaks.containsKey(id)
        && streaks.computeIfPresent(id, (_, streak) -> streak.answered()) == null;
  }

  /** A probe has ended. */
  void onProbed(String serviceId, Endpoint endpoint, Result result) {
    if (result == Result.ANSWERED) {
      forget(endpoint);
    }
    observer.onOutcome(new ConnectOutcome(serviceId, endpoint, result, 0, true));
  }

  /** Forgets what is long ago; to be called when endpoints may have gone. */
  void sweep() {
    if (areAny()) {
      long nowNanos = clock.nanoTime();
      streaks.values().removeIf(streak -> nowNanos - streak.lastNanos > KEPT_NANOS);
    }
  }
}
