/**
 * What a connection between two containers costs: direct, and by a virtual address through the
 * agent.
 *
 * <pre>
 *   client ──┐
 *   task   ──┼── bridge ──── eth0 of the sandbox: rules ──► agent
 * </pre>
 *
 * Each is a network namespace with a link of its own, made by {@code bench/east-west}. The agent
 * has core 0; client and task are one process on core 1.
 */
@NullMarked
package io.tidegate.bench.eastwest;

import org.jspecify.annotations.NullMarked;
