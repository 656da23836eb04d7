/**
 * What the data path counts. Each counter has one writer, its shard, and is read by whoever
 * scrapes. Open {@link io.tidegate.metrics.RouteCounters} first; {@link
 * io.tidegate.metrics.MeshStats} is what leaves this room.
 */
@NullMarked
package io.tidegate.metrics;

import org.jspecify.annotations.NullMarked;
