package io.tidegate.agent.admin;

import io.tidegate.agent.labels.Nearest;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds services by a name, a virtual address, a published port or the beginning of a task's id.
 */
final class Lookup {

  /** What can be looked for. */
  static final String EXPECTED =
      "a service's name or id, a virtual IP, :8080, :5353/udp, or a task's id or its beginning";

  private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}(/[a-z]+)?");
  private static final int SHORTEST_PREFIX = 4;
  private static final int SUGGESTIONS = 3;

  private Lookup() {}

  /**
   * Those that fit; of several that publish one port, the one that has it first.
   *
   * @throws QueryException if it is a port that there cannot be
   */
  static List<Service> find(Topology topology, String wanted) {
    if (PORT.matcher(wanted).matches()) {
      return services(topology, publishes(wanted));
    }
    List<Service> named =
        services(topology, service -> service.name().equals(wanted) || service.id().equals(wanted));
    if (!named.isEmpty()) {
      return named;
    }
    InetAddress address = address(wanted);
    if (address != null) {
      return services(
          topology,
          service -> service.virtualIps().stream().anyMatch(vip -> vip.address().equals(address)));
    }
    return wanted.length() < SHORTEST_PREFIX
        ? List.of()
        : services(
            topology,
            service -> service.tasks().stream().anyMatch(task -> task.id().startsWith(wanted)));
  }

  /** Says that nothing fits, and what may have been meant. */
  static String notFound(Topology topology, String wanted) {
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
    if (address(wanted) != null) {
      return wanted + ": no service has this virtual IP";
    }
    return wanted
        + ": no such service"
        + nearest(wanted, topology.services().stream().map(Service::name).toList());
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

  private static @Nullable InetAddress address(String text) {
    if (text.indexOf('.') < 0 && text.indexOf(':') < 0) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
