package io.tidegate.bench.eastwest;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How clients come to the task.
 *
 * @param agent the process in between, or null
 */
record Way(String name, InetSocketAddress target, @Nullable ProcessHandle agent) {}
