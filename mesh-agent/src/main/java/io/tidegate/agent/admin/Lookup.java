package io.tidegate.agent.admin;

import io.tidegate.agent.labels.Nearest;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds services by a name, a virtual address, a published port or the beginning of a task's id.
 */
final class Lookup {

  /** What can be looked for. */
  static final String EXPECTED =
      "a service's name or id, a virtual IP with or without a port, :8080, :5353/udp, or a task's id"
          + " or its beginning";

  private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}(/[a-z]+)?");
  private static final int SHORTEST_PREFIX = 4;
  private static final int SUGGESTIONS = 3;

  private Lookup() {}

  /**
   * Those that fit; of several that publish one port, the one that has it first.
   *
   * @param virtual what is asked for of their virtual addresses
   * @throws QueryException if it is a port that there cannot be
   */
  static List<Service> find(Topology topology, String wanted, VirtualQuery virtual) {
    return fitting(topology, wanted, virtual).stream()
        .filter(service -> virtual.network() == null || virtual.of(service).findAny().isPresent())
        .toList();
  }

  /** Those that fit on whatever network. */
  private static List<Service> fitting(Topology topology, String wanted, VirtualQuery virtual) {
    if (PORT.matcher(wanted).matches()) {
      return services(topology, publishes(wanted));
    }
    List<Service> named =
        services(topology, service -> service.name().equals(wanted) || service.id().equals(wanted));
    if (!named.isEmpty()) {
      return named;
    }
    if (virtual.address() != null) {
      return services(topology, service -> service.virtualIps().stream().anyMatch(virtual::isAt));
    }
    return wanted.length() < SHORTEST_PREFIX
        ? List.of()
        : services(
            topology,
            service -> service.tasks().stream().anyMatch(task -> task.id().startsWith(wanted)));
  }

  /**
   * Says that nothing fits, and what may have been meant.
   *
   * @param vips which virtual addresses are served here, and why so
   */
  static String notFound(Topology topology, String wanted, VirtualQuery virtual, String vips) {
    List<Service> elsewhere = fitting(topology, wanted, virtual);
    if (!elsewhere.isEmpty()) {
      return notThere(wanted, elsewhere, virtual);
    }
    if (PORT.matcher(wanted).matches()) {
      return wanted
          + ": no service publishes this port"
          + nearest(
              wanted,
              topology.services().stream()
                  .flatMap(service -> service.publications().stream())
                  .map(publication -> ":" + publication.port())
                  .toList());
    }
    if (virtual.address() != null) {
      return wanted
          + ": no service that is known here has this virtual IP"
          + nearest(
              wanted,
              topology.services().stream()
                  .flatMap(service -> service.virtualIps().stream())
                  .map(ip -> ip.address().getHostAddress())
                  .distinct()
                  .toList())
          + "; services that publish nothing are known where theirs are served, which here are "
          + vips;
    }
    return wanted
        + ": no such service"
        + nearest(wanted, topology.services().stream().map(Service::name).toList());
  }

  /** They have virtual addresses on other networks, or none at all. */
  private static String notThere(String wanted, List<Service> services, VirtualQuery virtual) {
    String networks =
        services.stream()
            .flatMap(service -> service.virtualIps().stream())
            .filter(virtual::isAt)
            .map(VirtualIp::networkName)
            .distinct()
            .collect(Collectors.joining(", "));
    return networks.isEmpty()
        ? "network: %s: %s has no virtual IP, as with endpoint_mode: dnsrr"
            .formatted(virtual.network(), wanted)
        : "network: %s: %s has no virtual IP there (expected: %s)"
            .formatted(virtual.network(), wanted, networks);
  }

  private static String nearest(String wanted, List<String> candidates) {
    return candidates.isEmpty()
        ? "; there is none"
        : " (nearest: " + String.join(", ", Nearest.several(wanted, candidates, SUGGESTIONS)) + ")";
  }

  private static List<Service> services(Topology topology, Predicate<Service> fits) {
    return topology.services().stream().filter(fits).sorted(Service.BY_AGE).toList();
  }

  private static Predicate<Service> publishes(String wanted) {
    PublishedPort port = port(wanted.substring(1));
    boolean isAnyProtocol = wanted.indexOf('/') < 0;
    return service ->
        service.publications().stream()
            .map(publication -> publication.port())
            .anyMatch(published -> isMeant(published, port, isAnyProtocol));
  }

  /** Whether a port is what somebody asks for, or has it in its range. */
  static boolean isMeant(PublishedPort published, PublishedPort asked, boolean isAnyProtocol) {
    return isAnyProtocol
        ? published.number() <= asked.last() && asked.number() <= published.last()
        : published.overlaps(asked);
  }

  /**
   * Reads a port, as in {@code 8080} or {@code 5353/udp}.
   *
   * @throws QueryException naming what is wrong
   */
  static PublishedPort port(String text) {
    try {
      return PublishedPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw new QueryException(String.valueOf(e.getMessage()));
    }
  }
}
