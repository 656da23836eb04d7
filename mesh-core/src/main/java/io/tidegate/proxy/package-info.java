/**
 * The data path: shards that accept, pick, connect and relay. Netty lives here, in {@code kernel}
 * and in {@code header}, and nowhere else. Open {@link io.tidegate.proxy.Shard} first.
 */
@NullMarked
package io.tidegate.proxy;

import org.jspecify.annotations.NullMarked;
