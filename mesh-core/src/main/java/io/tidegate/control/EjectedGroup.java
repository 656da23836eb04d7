package io.tidegate.control;

import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints that are ejected and come back together: one, or all of a node.
 *
 * <pre>
 *   failures ──► ejected ── 10 s x times ──► probed ── answered ──► well ── as long again ──► forgotten
 *                   ▲                           │                    │
 *                   └─────── times + 1 ─────────┴── not answered     └── fails again: times + 1
 * </pre>
 */
final class EjectedGroup {

  static final Duration FIRST = Duration.ofSeconds(10);
  static final Duration LONGEST = Duration.ofMinutes(5);

  /** How much shorter or longer each ejection is, so that not all end at once. */
  static final double JITTER = 0.2;

  /** How many are probed at once, at the most. */
  static final int MOST_PROBES = 3;

  // A probe that is not heard of again is made anew.
  private static final Duration LOST_PROBE = Duration.ofSeconds(30);

  private enum Phase {
    EJECTED,
    PROBED,
    WELL
  }

  /**
   * One of the endpoints.
   *
   * @param isVirtual whether it stands for all ports of a task at a virtual address: only its node
   *     can be told anything of by it
   */
  record Member(String serviceId, Endpoint endpoint, boolean isVirtual) {

    /** One of a port of its own. */
    Member(String serviceId, Endpoint endpoint) {
      this(serviceId, endpoint, false);
    }
  }

  private final Map<EndpointId, Member> members = new LinkedHashMap<>();
  private final RandomGenerator random;
  private Phase phase = Phase.EJECTED;
  private Ejection ejection;
  private long lengthNanos;
  private long dueNanos;
  private int probesOut;

  /**
   * Ejects endpoints.
   *
   * @param times how often in a row by now
   */
  EjectedGroup(
      Ejection.Cause cause,
      Collection<Member> endpoints,
      int times,
      long nowNanos,
      RandomGenerator random) {
    this.random = random;
    endpoints.forEach(member -> members.put(member.endpoint.id(), member));
    ejection = eject(cause, times, nowNanos, nowNanos);
  }

  private Ejection eject(Ejection.Cause cause, int times, long sinceNanos, long nowNanos) {
    double jitter = 1 + JITTER * (2 * random.nextDouble() - 1);
    lengthNanos = (long) (Math.min(FIRST.toNanos() * times, LONGEST.toNanos()) * jitter);
    dueNanos = nowNanos + lengthNanos;
    phase = Phase.EJECTED;
    return new Ejection(cause, times, sinceNanos, dueNanos);
  }

  void ejectAgain(long nowNanos) {
    ejection = eject(ejection.cause(), times() + 1, ejection.sinceNanos(), nowNanos);
  }

  /** Comes back, and is watched for as long as it was away last. */
  void revive(long nowNanos) {
    phase = Phase.WELL;
    dueNanos = nowNanos + lengthNanos;
  }

  /** Those that are to be probed now. */
  List<Member> beginProbe(long nowNanos) {
    List<Member> all = new ArrayList<>(members.values());
    List<Member> some = Samples.of(all, MOST_PROBES, random);
    phase = Phase.PROBED;
    probesOut = some.size();
    dueNanos = nowNanos + LOST_PROBE.toNanos();
    return some;
  }

  /** A probe was in vain; true if it was the last one that could have been answered. */
  boolean onProbeFailed() {
    return phase == Phase.PROBED && --probesOut == 0;
  }

  /** Null once they are back. */
  @Nullable Ejection ejection() {
    return phase == Phase.WELL ? null : ejection;
  }

  int times() {
    return ejection.times();
  }

  Ejection.Cause cause() {
    return ejection.cause();
  }

  boolean isDue(long nowNanos) {
    return dueNanos - nowNanos <= 0;
  }

  long dueNanos() {
    return dueNanos;
  }

  Collection<Member> members() {
    return members.values();
  }

  void remove(EndpointId id) {
    members.remove(id);
  }

  boolean isEmpty() {
    return members.isEmpty();
  }
}
