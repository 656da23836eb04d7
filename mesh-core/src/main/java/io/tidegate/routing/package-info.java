/**
 * Plain immutable values: what was discovered ({@link io.tidegate.routing.Topology}) and what the
 * data path reads ({@link io.tidegate.routing.RoutingTable}, the class to open first). Depends on
 * nothing, holds no thread, clock or socket.
 */
@NullMarked
package io.tidegate.routing;

import org.jspecify.annotations.NullMarked;
