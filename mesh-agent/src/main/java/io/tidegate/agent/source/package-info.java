/** Where topologies come from. Open {@link io.tidegate.agent.source.TopologySource} first. */
@NullMarked
package io.tidegate.agent.source;

import org.jspecify.annotations.NullMarked;
