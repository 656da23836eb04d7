package io.tidegate.control;

import io.tidegate.control.EjectedGroup.Member;
import io.tidegate.routing.ChunkedMap.Difference;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints are ejected, by what became of connects to them, of this node or of others. Has
 * nothing to say of endpoints that answer, and forgets those that are gone.
 */
final class Health {

  private final RandomGenerator random;
  private final Prober prober;
  private final SilentNodes silentNodes = new SilentNodes();
  private final Evidence evidence = new Evidence();
  private final Testimonies testimonies;
  private final Set<EjectedGroup> groups = new LinkedHashSet<>();
  private final Map<EndpointId, EjectedGroup> groupOf = new HashMap<>();
  private final Set<String> touchedServices = new HashSet<>();

  Health(RandomGenerator random, Prober prober) {
    this.random = random;
    this.prober = prober;
    this.testimonies = new Testimonies(random, prober, this::isEjected);
  }

  /** Why an endpoint is better not picked, or null. Only TCP connects tell of one by itself. */
  @Nullable Ejection ejectionOf(Endpoint endpoint, Protocol protocol) {
    EjectedGroup group =
        groupOf.isEmpty() || endpoint.address() == null ? null : groupOf.get(endpoint.id());
    Ejection ejection = group == null ? null : group.ejection();
    return ejection != null
            && ejection.cause() != Ejection.Cause.NODE_SILENT
            && protocol == Protocol.UDP
        ? null
        : ejection;
  }

  /** Whether {@link #ejectionOf} has nothing to say of any endpoint. */
  boolean isClear() {
    return groupOf.isEmpty();
  }

  private boolean isEjected(EndpointId id) {
    EjectedGroup group = groupOf.get(id);
    return group != null && group.ejection() != null;
  }

  // --- what connects tell ---

  void onOutcome(ConnectOutcome outcome, Topology topology, long nowNanos) {
    Endpoint endpoint = outcome.endpoint();
    if (outcome.result() != Result.SILENT) {
      silentNodes.onSound(endpoint.nodeId());
    }
    testimonies.onOutcome(outcome, nowNanos);
    EjectedGroup group = groupOf.get(endpoint.id());
    if (group != null && group.ejection() != null) {
      onOutcomeOfEjected(group, outcome, topology, nowNanos);
    } else if (outcome.result() != Result.ANSWERED && !outcome.isProbe()) {
      onFailure(outcome, topology, nowNanos);
    }
  }

  private void onOutcomeOfEjected(
      EjectedGroup group, ConnectOutcome outcome, Topology topology, long nowNanos) {
    boolean isNode = group.cause() == Ejection.Cause.NODE_SILENT;
    if (outcome.result() == Result.ANSWERED || (isNode && outcome.result() == Result.REFUSED)) {
      evidence.onAnswered(group.members(), topology);
      revive(group, nowNanos);
    } else if (outcome.isProbe() && group.onProbeFailed()) {
      group.ejectAgain(nowNanos);
      testimonies.onEjected(group, topology, nowNanos);
      touch(group);
    } else if (outcome.isSpent() && group.cause() == Ejection.Cause.WITNESSES) {
      onFailure(outcome, topology, nowNanos);
    }
  }

  private void revive(EjectedGroup group, long nowNanos) {
    group.revive(nowNanos);
    testimonies.onRevived(group.members());
    touch(group);
  }

  private void onFailure(ConnectOutcome outcome, Topology topology, long nowNanos) {
    Endpoint endpoint = outcome.endpoint();
    boolean isOwn = endpoint.nodeId().equals(topology.traits().ownId());
    if (outcome.result() == Result.SILENT && !isOwn && Members.isOnAnotherNode(endpoint.reach())) {
      suspectNode(endpoint, topology, nowNanos);
    }
    Service service = topology.servicesById().get(outcome.serviceId());
    if (outcome.isSpent() && Members.idsOf(service).contains(endpoint.id())) {
      Member member = new Member(outcome.serviceId(), endpoint);
      eject(Ejection.Cause.CONNECT_FAILURES, List.of(member), topology, nowNanos);
    }
  }

  private void suspectNode(Endpoint endpoint, Topology topology, long nowNanos) {
    String nodeId = endpoint.nodeId();
    Set<String> itself = Set.of(endpoint.taskId());
    BooleanSupplier isOnlyOne = () -> without(itself, Members.onNode(topology, nodeId)).isEmpty();
    Set<String> silent = silentNodes.onSilence(nodeId, endpoint.taskId(), isOnlyOne, nowNanos);
    if (silent == null) {
      return;
    }
    List<Member> onNode = Members.onNode(topology, nodeId);
    List<Member> others = without(silent, onNode);
    // Where there are no others, the silent ones are asked again: a single packet may get lost.
    Samples.of(others.isEmpty() ? onNode : others, EjectedGroup.MOST_PROBES, random)
        .forEach(this::probe);
  }

  private static List<Member> without(Set<String> taskIds, List<Member> members) {
    return members.stream()
        .filter(member -> !taskIds.contains(member.endpoint().taskId()))
        .toList();
  }

  private void probe(Member member) {
    prober.probe(member.serviceId(), member.endpoint());
  }

  private void eject(
      Ejection.Cause cause, Collection<Member> members, Topology topology, long nowNanos) {
    int times = 1;
    for (Member member : members) {
      EjectedGroup before = groupOf.get(member.endpoint().id());
      if (before != null) {
        times = Math.max(times, before.times() + (before.ejection() == null ? 1 : 0));
        leave(before, member.endpoint().id());
      }
    }
    EjectedGroup group = new EjectedGroup(cause, members, times, nowNanos, random);
    groups.add(group);
    members.forEach(member -> groupOf.put(member.endpoint().id(), group));
    testimonies.onEjected(group, topology, nowNanos);
    touch(group);
  }

  private void leave(EjectedGroup group, EndpointId id) {
    groupOf.remove(id);
    group.remove(id);
    if (group.isEmpty()) {
      groups.remove(group);
    }
  }

  private void touch(EjectedGroup group) {
    group.members().forEach(member -> touchedServices.add(member.serviceId()));
  }

  // --- what time tells ---

  void onTime(Topology topology, long nowNanos) {
    testimonies.onTime(nowNanos);
    for (String nodeId : silentNodes.takeGone(nowNanos)) {
      List<Member> members = Members.onNode(topology, nodeId);
      if (!members.isEmpty()) {
        eject(Ejection.Cause.NODE_SILENT, members, topology, nowNanos);
      }
    }
    for (EjectedGroup group : List.copyOf(groups)) {
      if (group.isDue(nowNanos)) {
        onDue(group, nowNanos);
      }
    }
  }

  private void onDue(EjectedGroup group, long nowNanos) {
    if (group.ejection() == null) {
      group.members().forEach(member -> groupOf.remove(member.endpoint().id()));
      groups.remove(group);
    } else {
      group.beginProbe(nowNanos).forEach(this::probe);
    }
  }

  /** In how many nanoseconds there is something to do, or a limit that is sooner. */
  long dueInNanos(long nowNanos, long limitNanos) {
    long dueInNanos =
        testimonies.dueInNanos(nowNanos, silentNodes.dueInNanos(nowNanos, limitNanos));
    for (EjectedGroup group : groups) {
      dueInNanos = Math.min(dueInNanos, group.dueNanos() - nowNanos);
    }
    return dueInNanos;
  }

  // --- what topologies tell ---

  /** Forgets endpoints that a newer topology does not have, and hears what others witness. */
  void onTopology(Topology before, Topology next, long nowNanos) {
    for (Difference<String, Service> service :
        next.servicesById().differencesFrom(before.servicesById())) {
      if (!groupOf.isEmpty() || !evidence.isClear()) {
        forgetGone(service);
      }
      if (service.after() != null) {
        hear(service.after(), next, nowNanos);
      }
    }
  }

  private void forgetGone(Difference<String, Service> service) {
    Set<EndpointId> gone = new HashSet<>(Members.allIdsOf(service.before()));
    gone.removeAll(Members.allIdsOf(service.after()));
    for (EndpointId id : gone) {
      EjectedGroup group = groupOf.get(id);
      if (group != null) {
        leave(group, id);
      }
      testimonies.forget(id);
      evidence.forget(id);
    }
  }

  private void hear(Service service, Topology topology, long nowNanos) {
    boolean mayTakeBack = !groupOf.isEmpty() || !evidence.isClear();
    for (Task task : service.tasks()) {
      if (mayTakeBack || !task.witnesses().isEmpty()) {
        for (Member member : Members.of(service, task)) {
          judge(member, evidence.isEnough(task, member.endpoint()), topology, nowNanos);
        }
      }
    }
  }

  private void judge(Member member, boolean isEnough, Topology topology, long nowNanos) {
    EjectedGroup group = groupOf.get(member.endpoint().id());
    Ejection ejection = group == null ? null : group.ejection();
    if (isEnough && ejection == null) {
      eject(Ejection.Cause.WITNESSES, List.of(member), topology, nowNanos);
    } else if (!isEnough
        && group != null
        && ejection != null
        && ejection.cause() == Ejection.Cause.WITNESSES) {
      revive(group, nowNanos);
    }
  }

  /** Whether there are services whose routes have to be looked at again. */
  boolean isTouched() {
    return !touchedServices.isEmpty();
  }

  /** Takes their ids. */
  Set<String> takeTouched() {
    Set<String> touched = Set.copyOf(touchedServices);
    touchedServices.clear();
    return touched;
  }

  /** Takes what the other nodes are to be told. */
  List<Testimony> takeTestimonies() {
    return testimonies.take();
  }
}
