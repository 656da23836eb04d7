package io.tidegate.bench.sim;

import io.tidegate.routing.RoutingTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One whole table beside what is true.
 *
 * @param oldestGone what is picked longest of all that must not be, or null
 * @param missing services that have running tasks, and no endpoint
 * @param wrong a port whose endpoints are not exactly the tasks that can take traffic, or null
 */
record Look(
    RoutingTable table,
    @Nullable Gone oldestGone,
    List<SwarmService> missing,
    @Nullable String wrong) {}
