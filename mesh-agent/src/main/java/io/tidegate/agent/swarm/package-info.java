/**
 * What a Swarm publishes, learned from this node's daemon. Open {@link
 * io.tidegate.agent.swarm.SwarmSource} first.
 *
 * <pre>
 *   SwarmReader ── Reading ──▶ ┐                 RestView, GossipView     (what the daemon says)
 *   EventStream ── Fact ─────▶ ├ DiscoveryLoop ▶ Discovery ─▶ Topology    (one thread owns it all)
 *                              ┘                 Probation, LocalFacts    (what it says too late)
 *                                                Policies, KnownNodes, ReachPlanner
 * </pre>
 *
 * <p>A manager is read by its API, a worker (and a manager whose cluster has no leader) by what its
 * daemon knows by gossip of the ingress network. Gossip tells no labels: on a worker every service
 * has the default policy, or the one that was in force while the node was a manager. It tells no
 * protocols either: a port is TCP, or both if it is listed twice. And it lists a task until it has
 * died, draining or not. A service goes by its name in both, so nothing starts anew when a node is
 * promoted or demoted.
 */
@NullMarked
package io.tidegate.agent.swarm;

import org.jspecify.annotations.NullMarked;
