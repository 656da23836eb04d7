/**
 * What a Swarm publishes, learned from this node's daemon and from the agents of other nodes. Open
 * {@link io.tidegate.agent.swarm.SwarmSource} first.
 *
 * <pre>
 *   ManagerWatch, Peers ─ news ─▶ ┐                ┌ SwarmView   ClusterView, GossipMerge, Probation, Policies
 *   SwarmReader ─────── Reading ▶ ├ DiscoveryLoop ▶┤ TaskMarks   (what nodes say of their own tasks)
 *   EventStream ───── DockerNews ▶┘       │        └ ReachPlanner                     └─▶ Topology
 *                                         ▼          (Discovery: one thread owns it all)
 *                                     Announcer ─▶ Peers ═══▶ other agents
 * </pre>
 *
 * <p>Gossip is what is left where no manager is heard. It tells no labels: what was in force before
 * stays. It tells no protocols either: a port is TCP, or both if it is listed twice. And it lists a
 * task until it has died, draining or not. A service goes by its name in all sources, so nothing
 * starts anew when a node is promoted or demoted.
 */
@NullMarked
package io.tidegate.agent.swarm;

import org.jspecify.annotations.NullMarked;
