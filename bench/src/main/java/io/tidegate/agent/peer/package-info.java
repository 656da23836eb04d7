/** The peer protocol without its sockets, for the simulation. */
@NullMarked
package io.tidegate.agent.peer;

import org.jspecify.annotations.NullMarked;
