package io.tidegate.control;

import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Protocol;
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
 *
 * @param <K> what a route is known by
 */
final class Eligibility<K> {

  /** For how long tasks that drain are picked where there are no others. */
  static final Duration LAST_RESORT = Duration.ofSeconds(1);

  private static final Set<EndpointState> READY = EnumSet.of(EndpointState.READY);
  private static final Set<EndpointState> MAY_ANSWER =
      EnumSet.copyOf(
          Arrays.stream(EndpointState.values()).filter(EndpointState::mayAnswer).toList());
  private static final Set<EndpointState> DRAINING = EnumSet.of(EndpointState.DRAINING);
  private static final Set<EndpointState> NONE = EnumSet.noneOf(EndpointState.class);

  private final Health health;
  // Until when those that drain may be picked, by the keys of routes that have no others; in the
  // past where that is over.
  private final Map<K, Long> lastResortUntilNanos = new HashMap<>();
  private final Set<K> expiring = new HashSet<>();

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
  Choice choose(K route, Protocol protocol, List<Endpoint> all, long nowNanos) {
    List<Endpoint> judged = health.isClear() ? all : judged(protocol, all);
    Set<EndpointState> picked = picked(route, judged, nowNanos);
    return new Choice(those(judged, picked, true), those(judged, picked, false));
  }

  /** Those that are picked, or those that are not; mostly it is all of them, and none. */
  private static List<Endpoint> those(
      List<Endpoint> judged, Set<EndpointState> picked, boolean arePicked) {
    int count = 0;
    for (Endpoint endpoint : judged) {
      count += picked.contains(endpoint.state()) == arePicked ? 1 : 0;
    }
    if (count == 0 || count == judged.size()) {
      return count == 0 ? List.of() : judged;
    }
    List<Endpoint> those = new ArrayList<>(count);
    for (Endpoint endpoint : judged) {
      if (picked.contains(endpoint.state()) == arePicked) {
        those.add(endpoint);
      }
    }
    return those;
  }

  private Set<EndpointState> picked(K route, List<Endpoint> judged, long nowNanos) {
    int ready = 0;
    int mayAnswer = 0;
    boolean isAnyDraining = false;
    for (Endpoint endpoint : judged) {
      ready += endpoint.state() == EndpointState.READY ? 1 : 0;
      mayAnswer += endpoint.state().mayAnswer() ? 1 : 0;
      isAnyDraining |= endpoint.state() == EndpointState.DRAINING;
    }
    if (mayAnswer == 0 && isAnyDraining) {
      return isLastResort(route, nowNanos) ? DRAINING : NONE;
    }
    forget(route);
    return 2 * ready < mayAnswer ? MAY_ANSWER : READY;
  }

  // --- ejecting ---

  private List<Endpoint> judged(Protocol protocol, List<Endpoint> all) {
    List<Wish> wishes = new ArrayList<>();
    int mayAnswer = 0;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).state().mayAnswer()) {
        mayAnswer++;
        Ejection ejection = health.ejectionOf(all.get(i), protocol);
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

  private boolean isLastResort(K route, long nowNanos) {
    Long untilNanos = lastResortUntilNanos.get(route);
    if (untilNanos == null) {
      untilNanos = nowNanos + LAST_RESORT.toNanos();
      lastResortUntilNanos.put(route, untilNanos);
      expiring.add(route);
    }
    return untilNanos - nowNanos > 0;
  }

  /** The route has others, or is gone. */
  void forget(K route) {
    if (!lastResortUntilNanos.isEmpty()) {
      lastResortUntilNanos.remove(route);
      expiring.remove(route);
    }
  }

  /** Takes the routes whose last resort is over, each once. */
  List<K> takeExpired(long nowNanos) {
    if (expiring.isEmpty()) {
      return List.of();
    }
    List<K> expired = expiring.stream().filter(route -> restNanos(route, nowNanos) <= 0).toList();
    expired.forEach(expiring::remove);
    return expired;
  }

  /** In how many nanoseconds one is over, or a limit that is sooner. */
  long dueInNanos(long nowNanos, long limitNanos) {
    if (expiring.isEmpty()) {
      return limitNanos;
    }
    return expiring.stream()
        .mapToLong(route -> restNanos(route, nowNanos))
        .reduce(limitNanos, Math::min);
  }

  private long restNanos(K route, long nowNanos) {
    return lastResortUntilNanos.getOrDefault(route, nowNanos) - nowNanos;
  }
}
