package io.tidegate.agent.docker;

import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The ports that a service publishes through Docker's mesh, on every node. */
public final class MeshPorts {

  private MeshPorts() {}

  /** Those that can be served. */
  public static List<Publication> of(ClusterService service) {
    List<Publication> publications = new ArrayList<>();
    for (ClusterService.Port port : service.ports()) {
      Protocol protocol = protocol(port);
      if (isIngress(port) && protocol != null) {
        publications.add(
            new Publication(new PublishedPort(port.publishedPort(), protocol), port.targetPort()));
      }
    }
    return publications;
  }

  /** Those that are neither TCP nor UDP, as in {@code 9899/sctp}. */
  public static List<String> unserved(ClusterService service) {
    return service.ports().stream()
        .filter(port -> isIngress(port) && protocol(port) == null)
        .map(port -> port.publishedPort() + "/" + port.protocol().name().toLowerCase(Locale.ROOT))
        .toList();
  }

  private static @Nullable Protocol protocol(ClusterService.Port port) {
    return switch (port.protocol()) {
      case TCP -> Protocol.TCP;
      case UDP -> Protocol.UDP;
      case SCTP -> null;
    };
  }

  /** A port that the allocator has not yet given out is 0. */
  private static boolean isIngress(ClusterService.Port port) {
    return port.mode() == ClusterService.PublishMode.INGRESS
        && isPort(port.publishedPort())
        && isPort(port.targetPort());
  }

  private static boolean isPort(int number) {
    return number > 0 && number <= 65_535;
  }
}
