/**
 * The whole system on a real Swarm: three nodes that {@code deploy/lab/swarm-lab} has brought up,
 * an agent on each, and clients outside the Swarm. Open {@link io.tidegate.e2e.ImageAgentsIT}
 * first.
 */
@NullMarked
package io.tidegate.e2e;

import org.jspecify.annotations.NullMarked;
