/** What becomes of a manager's news on a node, for the simulation. */
@NullMarked
package io.tidegate.agent.merge;

import org.jspecify.annotations.NullMarked;
