package io.tidegate.proxy;

import io.tidegate.header.Ends;
import io.tidegate.header.ProxyHeaders;
import io.tidegate.header.ProxyHeaders.Tlv;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Route;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The headers by which one shard tells tasks who their clients are, as routes ask for it. */
final class Introductions {

  // Longer values are left out, so that a header has no more than a KiB.
  private static final int LONGEST_VALUE = 255;

  private final ProxyHeaders headers = new ProxyHeaders();
  private final RandomGenerator random;

  /**
   * Tells of connections, each by an id of its own.
   *
   * @param random makes the ids
   */
  Introductions(RandomGenerator random) {
    this.random = random;
  }

  /**
   * What goes ahead of all that a client says to an endpoint.
   *
   * @param ends of the client's connection, or null if they are not known
   */
  byte[] of(ServedRoute served, int index, @Nullable Ends ends) {
    Route route = served.route;
    return route.policy().clientAddress().header() == ClientIp.PROXY_V1
        ? headers.version1(ends)
        : headers.version2(route.port().protocol(), ends, tlvs(route, served.endpoint(index)));
  }

  private List<Tlv> tlvs(Route route, Endpoint endpoint) {
    return Stream.of(
            Tlv.of(Tlv.UNIQUE_ID, id()),
            Tlv.of(Tlv.SERVICE_ID, route.serviceId()),
            Tlv.of(Tlv.SERVICE_NAME, route.serviceName()),
            Tlv.of(Tlv.TASK_ID, endpoint.taskId()))
        .filter(tlv -> tlv.length() <= LONGEST_VALUE)
        .toList();
  }

  private String id() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
