/**
 * A new agent takes the place of an old one on the same node: listening sockets go from process to
 * process over a Unix socket. Open {@link io.tidegate.agent.handover.HandoverServer} first.
 */
@NullMarked
package io.tidegate.agent.handover;

import org.jspecify.annotations.NullMarked;
