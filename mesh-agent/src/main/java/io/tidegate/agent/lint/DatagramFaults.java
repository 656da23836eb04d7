package io.tidegate.agent.lint;

import io.tidegate.routing.HopWay;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Labels that are good for streams, of services that publish ports for datagrams as well. */
final class DatagramFaults {

  private DatagramFaults() {}

  /**
   * What is wrong with the way of hops, or null: no datagram is passed on by TLS.
   *
   * @param ports all that the service publishes through the mesh
   */
  static @Nullable String ofHop(HopWay way, List<Publication> ports) {
    String unheard =
        ports.stream()
            .map(Publication::port)
            .filter(port -> port.protocol() == Protocol.UDP)
            .map(PublishedPort::toString)
            .collect(Collectors.joining(", "));
    return way != HopWay.TLS || unheard.isEmpty()
        ? null
        : "%s, by which no datagrams are passed: clients of %s have the tasks of their own node alone"
                .formatted(way, unheard)
            + " (expected: auto or overlay, or those ports on a service of their own)";
  }
}
