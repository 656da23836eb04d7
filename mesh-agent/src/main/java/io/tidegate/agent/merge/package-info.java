/**
 * The Swarm as this node knows it, merged from all that tell of it, and made into topologies. Open
 * {@link io.tidegate.agent.merge.Discovery} first; it is the door. Nothing here has a thread or a
 * socket, and time is handed in.
 *
 * <pre>
 *   a manager's state, commits ─▶ ┐             ┌ ClusterView    what managers told, by whatever way
 *   Reading ───────────────────▶  ├ SwarmView ─▶┤ GossipMerge    the same with what gossip adds and marks
 *                                 ┘      │      └ Probation      what vanished for a doubtful reason
 *   TaskMark ───────────────────────▶ TaskMarks    what nodes say of their own tasks
 *            ───────────────────────▶ Witnesses    and of all, as far as their own connects tell
 *   Reading ────────────────────────▶ ReachPlanner the way to each of them ─▶ Discovery ─▶ Topology
 * </pre>
 *
 * <p>Gossip is what is left where no manager is heard. It tells no labels: what was in force before
 * stays. It tells no protocols either: a port is TCP, or both if it is listed twice. And it lists a
 * task until it has died, draining or not. A service goes by its name in all sources, so nothing
 * starts anew when a node is promoted or demoted.
 */
@NullMarked
package io.tidegate.agent.merge;

import org.jspecify.annotations.NullMarked;
