/**
 * Commands that ask the agent of this node: {@code tidegate resolve}, {@code status}, {@code
 * routes} and {@code watch}. Open {@link io.tidegate.agent.client.ApiCommand} first.
 */
@NullMarked
package io.tidegate.agent.client;

import org.jspecify.annotations.NullMarked;
