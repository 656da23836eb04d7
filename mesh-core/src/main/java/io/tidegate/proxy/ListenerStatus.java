package io.tidegate.proxy;

import io.tidegate.routing.PublishedPort;
import org.jspecify.annotations.Nullable;

/**
 * Whether a published port is served on this node.
 *
 * @param boundShards how many shards listen; all of them when all is well
 * @param error the last failure to bind, by the system's name for it, or null when every shard
 *     listens
 */
public record ListenerStatus(
    PublishedPort port, int boundShards, int shards, @Nullable String error) {

  public boolean isBound() {
    return boundShards == shards;
  }
}
