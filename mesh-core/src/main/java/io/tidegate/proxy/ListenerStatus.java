package io.tidegate.proxy;

import io.tidegate.routing.PublishedPort;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a published port is served on this node.
 *
 * @param boundShards how many shards listen; all of them when all is well
 * @param error the last failure to bind, by the system's name for it, or null when every shard
 *     listens
 * @param addresses where they listen, each once
 * @param isPlaceless whether this node has nothing of the places where the port is to be bound: its
 *     service does not want it here
 * @param isTakenOver whether it is served where Docker's mesh brings its clients
 */
public record ListenerStatus(
    PublishedPort port,
    int boundShards,
    int shards,
    @Nullable String error,
    List<InetSocketAddress> addresses,
    boolean isPlaceless,
    boolean isTakenOver) {

  public ListenerStatus {
    addresses = List.copyOf(addresses);
  }

  /** Of a port that is served in the agent's own network, and nobody asks where. */
  public ListenerStatus(PublishedPort port, int boundShards, int shards, @Nullable String error) {
    this(port, boundShards, shards, error, List.of(), false, false);
  }

  /** The same port where it is not served after all. */
  public ListenerStatus failed(String why) {
    return new ListenerStatus(port, 0, shards, why, addresses, isPlaceless, isTakenOver);
  }

  public boolean isBound() {
    return boundShards == shards;
  }
}
