package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.peer.Epoch;
import io.tidegate.agent.peer.WirelessPublisher;
import java.util.Objects;

/** The agent of a manager node: hears every commit a little later than the leader, and tells it. */
final class Manager {

  final SwarmNode machine;
  final WirelessPublisher publisher;
  final Network.Uplink uplink;
  private final World world;
  private final Fault fault;
  private final LocalTable table;
  private long heardNanos;
  private long commits = 1;
  private long sentMessages;
  private long sentBytes;
  private boolean isDown;

  /** Whether its machine answers with a reset, now that its agent is gone. */
  private boolean isRefusing;

  Manager(SwarmNode machine, World world, Fault fault) {
    this.machine = machine;
    this.world = world;
    this.fault = fault;
    this.publisher = new WirelessPublisher(new Epoch(machine.id, 1), World.LIMITS, world.time());
    this.uplink = world.network().new Uplink();
    this.table = new LocalTable(machine, world);
    world.time().every(World.LIMITS.heartbeat().toNanos(), this::tick);
  }

  String id() {
    return machine.id;
  }

  boolean isDown() {
    return isDown;
  }

  boolean isRefusing() {
    return isRefusing;
  }

  long sentMessages() {
    return sentMessages;
  }

  long sentBytes() {
    return sentBytes;
  }

  void onSent(int bytes) {
    sentMessages++;
    sentBytes += bytes;
  }

  /** It has its first list of all there is. */
  void onListed(ClusterState state) {
    ClusterState heard = fault.of(state);
    publisher.publish(heard);
    table.onWhole(world.standings().whole(table.known(), commits, heard), commits);
  }

  /** The leader has committed: this node's own store follows soon, one after the other. */
  void onCommit(Commit commit) {
    heardNanos = Math.max(heardNanos, world.time().nanoTime() + world.network().delayNanos());
    world.time().at(heardNanos, () -> onHeard(commit));
  }

  private void onHeard(Commit commit) {
    if (isDown) {
      return;
    }
    Commit heard = fault.of(commit);
    publisher.publish(heard);
    Standing at = Objects.requireNonNull(table.known());
    table.learn(world.standings().change(at, ++commits, heard));
  }

  private void tick() {
    if (!isDown) {
      publisher.tick();
    }
  }

  /**
   * It is gone for good.
   *
   * @param isSilent whether its machine is gone with it, so that nobody closes connections
   */
  void end(boolean isSilent) {
    isDown = true;
    isRefusing = !isSilent;
    machine.isLost = true;
  }
}
