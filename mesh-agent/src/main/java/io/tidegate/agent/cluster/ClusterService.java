package io.tidegate.agent.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A service.
 *
 * @param createdAt when it was created, {@link Instant#EPOCH} where that is not known
 * @param ports where it is published, as allocated: a port that was not given out yet is 0
 * @param virtualIps its addresses by network id, in the form of CIDR
 */
public record ClusterService(
    String id,
    Version version,
    Instant createdAt,
    String name,
    Map<String, String> labels,
    List<Port> ports,
    Map<String, String> virtualIps)
    implements ClusterObject {

  public ClusterService {
    labels = Map.copyOf(labels);
    ports = List.copyOf(ports);
    virtualIps = Map.copyOf(virtualIps);
  }

  /** Since 1970, or 0 if that is not known. */
  public long createdAtNanos() {
    return EpochNanos.of(createdAt);
  }

  /** One published port. */
  public record Port(Protocol protocol, int targetPort, int publishedPort, PublishMode mode) {}

  /** In the order of SwarmKit's numbers. */
  public enum Protocol {
    TCP,
    UDP,
    SCTP
  }

  /**
   * Through the mesh of all nodes or on the task's node alone; in the order of SwarmKit's numbers.
   */
  public enum PublishMode {
    INGRESS,
    HOST
  }
}
