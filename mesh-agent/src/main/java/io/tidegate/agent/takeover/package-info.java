/**
 * Takes the ports that Docker publishes over from its own mesh: rules inside {@code ingress_sbox}
 * bring new clients to the agent. Open {@link io.tidegate.agent.takeover.Keeper} first.
 */
@NullMarked
package io.tidegate.agent.takeover;

import org.jspecify.annotations.NullMarked;
