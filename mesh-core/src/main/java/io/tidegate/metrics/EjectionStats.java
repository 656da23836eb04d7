package io.tidegate.metrics;

import io.tidegate.routing.Ejection;
import java.util.Map;

/**
 * How often endpoints of one route were ejected.
 *
 * @param spared how often one was not, because too many were already
 */
public record EjectionStats(Map<Ejection.Cause, Long> ejections, long spared) {}
