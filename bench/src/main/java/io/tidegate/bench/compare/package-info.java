/**
 * Compares what proxies cost: the same traffic through each, in turns, on a core of their own.
 *
 * <pre>
 *   core 1                            core 0
 *   clients ──────────────────────►  proxy ─┐   one process at a time, the others are frozen
 *   task    ◄───────────────────────────────┘
 * </pre>
 */
@NullMarked
package io.tidegate.bench.compare;

import org.jspecify.annotations.NullMarked;
