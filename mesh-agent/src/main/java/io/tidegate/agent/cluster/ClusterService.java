package io.tidegate.agent.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A service.
 *
 * @param createdAt when it was created, {@link Instant#EPOCH} where that is not known
 * @param ports where it is published, as allocated: a port that was not given out yet is 0
 * @param virtualIps its addresses by network id, in the form of CIDR
 * @param stopGrace how long a task may take from its stop signal to its end
 */
public record ClusterService(
    String id,
    Version version,
    Instant createdAt,
    String name,
    Map<String, String> labels,
    List<Port> ports,
    Map<String, String> virtualIps,
    Duration stopGrace)
    implements ClusterObject {

  /** What holds where a service does not say otherwise. */
  public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(10);

  public ClusterService {
    labels = Map.copyOf(labels);
    ports = List.copyOf(ports);
    virtualIps = Map.copyOf(virtualIps);
  }

  /** A service of which nobody tells how long its tasks may take to stop. */
  public ClusterService(
      String id,
      Version version,
      Instant createdAt,
      String name,
      Map<String, String> labels,
      List<Port> ports,
      Map<String, String> virtualIps) {
    this(id, version, createdAt, name, labels, ports, virtualIps, DEFAULT_STOP_GRACE);
  }

  /** The time that was told, or the default where it was not: then it is 0. */
  public static Duration stopGrace(Duration told) {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE);
    Duration bounded = told.compareTo(longest) < 0 ? told : longest;
    return bounded.isPositive() ? bounded : DEFAULT_STOP_GRACE;
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
