/**
 * Thousands of nodes in virtual time: the agents' own code between a Swarm and a network that are
 * made up. Open {@link io.tidegate.bench.sim.Simulation} first.
 *
 * <pre>
 *   Churn ─▶ Swarm ─▶ Manager ─▶ WirelessPublisher ══ Link ══▶ Node ─▶ Standing ─▶ ControlLoop ─▶ Judge
 *  (what happens) (commits)                     (delays, losses)      (what it knows)
 * </pre>
 *
 * <p>One thread, one queue of events, one seed: the same seed gives the same run.
 */
@NullMarked
package io.tidegate.bench.sim;

import org.jspecify.annotations.NullMarked;
