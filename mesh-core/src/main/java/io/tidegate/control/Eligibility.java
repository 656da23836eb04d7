package io.tidegate.control;

import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.PublishedPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which endpoints of a route may be picked now.
 *
 * <pre>
 *   all that may answer ──► ejected, but not too many ──► at least half are ready: those
 *                                                          else: all of them, ready or not
 *   none may answer ──► those that drain, for a second
 * </pre>
 */
final class Eligibility {

  /** For how long tasks that drain are picked where there are no others. */
  static final Duration LAST_RESORT = Duration.ofSeconds(1);

  private static final Set<EndpointState> READY = EnumSet.of(EndpointState.READY);
  private static final Set<EndpointState> MAY_ANSWER =
      EnumSet.copyOf(
          Arrays.stream(EndpointState.values()).filter(EndpointState::mayAnswer).toList());
  private static final Set<EndpointState> DRAINING = EnumSet.of(EndpointState.DRAINING);
  private static final Set<EndpointState> NONE = EnumSet.noneOf(EndpointState.class);

  private final Health health;
  // Until when those that drain may be picked, by the ports of routes that have no others; in the
  // past where that is over.
  private final Map<PublishedPort, Long> lastResortUntilNanos = new HashMap<>();
  private final Set<PublishedPort> expiring = new HashSet<>();

  /** What is picked, and what is not. */
  record Choice(List<Endpoint> endpoints, List<Endpoint> withheld) {}

  private record Wish(int index, Ejection ejection) {
    // The most certain first, and among equals whoever was first stays.
    static final Comparator<Wish> ORDER =
        Comparator.comparing((Wish wish) -> wish.ejection.cause())
            .reversed()
            .thenComparing((a, b) -> Long.signum(a.ejection.sinceNanos() - b.ejection.sinceNanos()))
            .thenComparingInt(Wish::index);
  }

  Eligibility(Health health) {
    this.health = health;
  }

  /**
   * Chooses.
   *
   * @param all endpoints of the route, in the states of their tasks
   */
  Choice choose(PublishedPort port, List<Endpoint> all, long nowNanos) {
    List<Endpoint> judged = health.isClear() ? all : judged(port, all);
    Set<EndpointState> picked = picked(port, judged, nowNanos);
    return new Choice(
        judged.stream().filter(endpoint -> picked.contains(endpoint.state())).toList(),
        judged.stream().filter(endpoint -> !picked.contains(endpoint.state())).toList());
  }

  private Set<EndpointState> picked(PublishedPort port, List<Endpoint> judged, long nowNanos) {
    int ready = 0;
    int mayAnswer = 0;
    boolean isAnyDraining = false;
    for (Endpoint endpoint : judged) {
      ready += endpoint.state() == EndpointState.READY ? 1 : 0;
      mayAnswer += endpoint.state().mayAnswer() ? 1 : 0;
      isAnyDraining |= endpoint.state() == EndpointState.DRAINING;
    }
    if (mayAnswer == 0 && isAnyDraining) {
      return isLastResort(port, nowNanos) ? DRAINING : NONE;
    }
    forget(port);
    return 2 * ready < mayAnswer ? MAY_ANSWER : READY;
  }

  // --- ejecting ---

  private List<Endpoint> judged(PublishedPort port, List<Endpoint> all) {
    List<Wish> wishes = new ArrayList<>();
    int mayAnswer = 0;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).state().mayAnswer()) {
        mayAnswer++;
        Ejection ejection = health.ejectionOf(all.get(i), port.protocol());
        if (ejection != null) {
          wishes.add(new Wish(i, ejection));
        }
      }
    }
    wishes.sort(Wish.ORDER);
    List<Endpoint> judged = new ArrayList<>(all);
    int ejected = 0;
    for (Wish wish : wishes) {
      boolean isEjected = ejected < most(wish.ejection.cause(), mayAnswer);
      ejected += isEjected ? 1 : 0;
      judged.set(wish.index, all.get(wish.index).with(wish.ejection, isEjected));
    }
    return judged;
  }

  /** Half of them may be wrong together; a node that is gone is gone. Never the last one. */
  private static int most(Ejection.Cause cause, int mayAnswer) {
    return switch (cause) {
      case WITNESSES, CONNECT_FAILURES -> mayAnswer / 2;
      case NODE_SILENT -> mayAnswer - 1;
    };
  }

  // --- the last resort ---

  private boolean isLastResort(PublishedPort port, long nowNanos) {
    Long untilNanos = lastResortUntilNanos.get(port);
    if (untilNanos == null) {
      untilNanos = nowNanos + LAST_RESORT.toNanos();
      lastResortUntilNanos.put(port, untilNanos);
      expiring.add(port);
    }
    return untilNanos - nowNanos > 0;
  }

  /** The route has others, or is gone. */
  void forget(PublishedPort port) {
    if (!lastResortUntilNanos.isEmpty()) {
      lastResortUntilNanos.remove(port);
      expiring.remove(port);
    }
  }

  /** Takes the ports whose last resort is over, each once. */
  List<PublishedPort> takeExpired(long nowNanos) {
    List<PublishedPort> expired =
        expiring.stream().filter(port -> restNanos(port, nowNanos) <= 0).toList();
    expired.forEach(expiring::remove);
    return expired;
  }

  /** In how many nanoseconds one is over, or a limit that is sooner. */
  long dueInNanos(long nowNanos, long limitNanos) {
    return expiring.stream()
        .mapToLong(port -> restNanos(port, nowNanos))
        .reduce(limitNanos, Math::min);
  }

  private long restNanos(PublishedPort port, long nowNanos) {
    return lastResortUntilNanos.getOrDefault(port, nowNanos) - nowNanos;
  }
}
