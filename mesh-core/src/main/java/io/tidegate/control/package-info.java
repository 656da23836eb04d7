/**
 * The single writer: turns what was discovered into the routing table that is in force. No Netty,
 * no threads, no clock reads. Open {@link io.tidegate.control.ControlLoop} first.
 */
@NullMarked
package io.tidegate.control;

import org.jspecify.annotations.NullMarked;
