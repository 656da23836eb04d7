package io.tidegate.metrics;

import io.tidegate.routing.Protocol;
import java.util.Comparator;

/** All virtual addresses of a network by one protocol. */
public record NetworkKey(String networkId, Protocol protocol) implements Comparable<NetworkKey> {

  private static final Comparator<NetworkKey> ORDER =
      Comparator.comparing(NetworkKey::networkId).thenComparing(NetworkKey::protocol);

  static NetworkKey of(RouteKey route) {
    return new NetworkKey(route.networkId(), route.port().protocol());
  }

  @Override
  public int compareTo(NetworkKey other) {
    return ORDER.compare(this, other);
  }
}
