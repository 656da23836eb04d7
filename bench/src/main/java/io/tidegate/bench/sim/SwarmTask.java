package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task as the managers' store has it, and when it could take traffic. */
final class SwarmTask {

  static final long NEVER = Long.MAX_VALUE;

  final String id;
  final SwarmService service;
  final int slot;
  final List<ClusterTask.Attachment> attachments;

  @Nullable SwarmNode node;
  State state = State.NEW;
  State desired = State.READY;
  Version version = Version.UNKNOWN;
  boolean isRemoved;

  /** When the commit was written that let it take traffic. */
  long onNanos = NEVER;

  /** When the one was written that ended this. */
  long offNanos = NEVER;

  SwarmTask(String id, SwarmService service, int slot, List<ClusterTask.Attachment> attachments) {
    this.id = id;
    this.service = service;
    this.slot = slot;
    this.attachments = attachments;
  }

  boolean isOn() {
    return onNanos != NEVER && offNanos == NEVER;
  }

  boolean isOnLostNode() {
    return node != null && node.isLost;
  }

  /** In the overlay. */
  String address() {
    String withPrefix = attachments.getFirst().addresses().getFirst();
    return withPrefix.substring(0, withPrefix.indexOf('/'));
  }

  ClusterTask value() {
    return new ClusterTask(
        id,
        version,
        service.value.id(),
        slot + 1L,
        node == null ? "" : node.id,
        state,
        desired,
        attachments);
  }
}
