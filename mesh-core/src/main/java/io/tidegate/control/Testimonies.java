package io.tidegate.control;

import io.tidegate.control.EjectedGroup.Member;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What this node tells the others as a witness: which endpoints its own connects have ejected, and
 * that they answer again. Before it speaks it asks some other nodes itself. If most of them keep
 * silent it may be this one that is cut off, and it says nothing.
 *
 * <pre>
 *   ejected ──► asks one task each on up to 5 other nodes ─┬─ most answer within 1 s: told, and
 *                                                          │  what is ejected within 1 s more
 *                                                          └─ else: not told, until ejected again
 * </pre>
 */
final class Testimonies {

  /** How long those who are asked may take, and how long their answers count. */
  static final Duration CREDIT = Duration.ofSeconds(1);

  static final int MOST_ASKED = 5;

  /** When an ejection is over a probe decides: until it has, what was told stands. */
  static final Duration GRACE = Duration.ofSeconds(5);

  /** As many as are believed of one node. */
  private static final int MOST = 1 << 10;

  private final RandomGenerator random;
  private final Prober prober;
  private final Predicate<EndpointId> isEjected;
  private final Map<EndpointId, Pending> pending = new LinkedHashMap<>();
  private final Set<EndpointId> told = new HashSet<>();
  private final Set<EndpointId> asked = new HashSet<>();
  private final List<Testimony> spoken = new ArrayList<>();
  private int answersWanted;
  private boolean hasCredit;
  // Of what was asked, or of the credit.
  private long dueNanos;

  private record Pending(Endpoint endpoint, long untilNanos) {}

  /**
   * @param isEjected whether an endpoint is ejected here: what it does not answer tells nothing of
   *     its node
   */
  Testimonies(RandomGenerator random, Prober prober, Predicate<EndpointId> isEjected) {
    this.random = random;
    this.prober = prober;
    this.isEjected = isEjected;
  }

  /** The node's own connects have ejected these, perhaps again. */
  void onEjected(EjectedGroup group, Topology topology, long nowNanos) {
    // An echo of what others told is no witness.
    if (group.cause() == Ejection.Cause.WITNESSES || topology.nodes().isEmpty()) {
      return;
    }
    long untilNanos = group.dueNanos() + GRACE.toNanos();
    for (Member member : group.members()) {
      if (!member.isVirtual()
          && isTask(member.endpoint().reach())
          && isRoomFor(member.endpoint().id())) {
        pending.put(member.endpoint().id(), new Pending(member.endpoint(), untilNanos));
      }
    }
    if (hasCredit) {
      speak(nowNanos);
    } else if (asked.isEmpty() && !pending.isEmpty()) {
      ask(group.members(), topology, nowNanos);
    }
  }

  private boolean isRoomFor(EndpointId id) {
    return told.contains(id) || told.size() + pending.size() < MOST;
  }

  /** What others know by the same port: not what a file tells of addresses. */
  private static boolean isTask(Reach reach) {
    return reach.kind() == Reach.Kind.OVERLAY || reach.kind() == Reach.Kind.LOCAL;
  }

  private void ask(Collection<Member> accused, Topology topology, long nowNanos) {
    Set<String> nodeIds =
        accused.stream().map(member -> member.endpoint().nodeId()).collect(Collectors.toSet());
    List<Member> others = Members.onePerNode(topology, nodeIds, isEjected, random);
    List<Member> some = Samples.of(others, MOST_ASKED, random);
    if (some.isEmpty()) {
      pending.clear(); // nobody to tell by which side fails
      return;
    }
    some.forEach(member -> asked.add(member.endpoint().id()));
    answersWanted = some.size() / 2 + 1;
    dueNanos = nowNanos + CREDIT.toNanos();
    some.forEach(member -> prober.probe(member.serviceId(), member.endpoint()));
  }

  void onOutcome(ConnectOutcome outcome, long nowNanos) {
    boolean isAnswer = outcome.isProbe() && outcome.result() == Result.ANSWERED;
    if (isAnswer && asked.remove(outcome.endpoint().id()) && --answersWanted == 0) {
      asked.clear();
      hasCredit = true;
      dueNanos = nowNanos + CREDIT.toNanos();
      speak(nowNanos);
    }
  }

  private void speak(long nowNanos) {
    pending.forEach(
        (id, what) -> {
          told.add(id);
          spoken.add(
              new Testimony(
                  id.taskId(),
                  Members.targetPort(what.endpoint),
                  true,
                  Duration.ofNanos(what.untilNanos - nowNanos)));
        });
    pending.clear();
  }

  /** These answer again: what was told is withdrawn. */
  void onRevived(Collection<Member> members) {
    for (Member member : members) {
      EndpointId id = member.endpoint().id();
      pending.remove(id);
      if (told.remove(id)) {
        int port = Members.targetPort(member.endpoint());
        spoken.add(new Testimony(id.taskId(), port, false, Duration.ZERO));
      }
    }
  }

  /** It is gone. */
  void forget(EndpointId id) {
    pending.remove(id);
    told.remove(id);
  }

  void onTime(long nowNanos) {
    if (isWaiting() && dueNanos - nowNanos <= 0) {
      hasCredit = false;
      asked.clear();
      pending.clear();
    }
  }

  private boolean isWaiting() {
    return hasCredit || !asked.isEmpty();
  }

  /** In how many nanoseconds there is something to do, or a limit that is sooner. */
  long dueInNanos(long nowNanos, long limitNanos) {
    return isWaiting() ? Math.min(dueNanos - nowNanos, limitNanos) : limitNanos;
  }

  /** Takes what is to be told. */
  List<Testimony> take() {
    List<Testimony> all = List.copyOf(spoken);
    spoken.clear();
    return all;
  }
}
