/** The process: what starts, wires and ends everything. */
@NullMarked
package io.tidegate.agent;

import org.jspecify.annotations.NullMarked;
