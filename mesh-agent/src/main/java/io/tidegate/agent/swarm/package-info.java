/**
 * What a Swarm publishes, learned from this node's engine and from the agents of other nodes. Open
 * {@link io.tidegate.agent.swarm.SwarmSource} first.
 *
 * <pre>
 *   ManagerWatch ─ WatchNews ─▶ ┐
 *   Peers ────────── PeerNews ─▶ ├ DiscoveryLoop ─▶ Discovery ─▶ Topology
 *   EventStream ── DockerNews ─▶ │ one thread,           │
 *   SwarmReader ───── Reading ─▶ ┘ owns all that is known└─▶ Saver ─▶ disk
 *                                    │
 *                                    └─▶ Announcer ─▶ Peers ═══▶ other agents
 * </pre>
 */
@NullMarked
package io.tidegate.agent.swarm;

import org.jspecify.annotations.NullMarked;
