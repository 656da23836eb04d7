package io.tidegate.control;

import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who publishes which port.
 *
 * @param byPort for each port that anyone publishes those who do, the oldest first
 * @param ranges those of them that are ranges
 */
record Claims(ChunkedMap<PublishedPort, List<Claim>> byPort, Set<PublishedPort> ranges) {

  static final Claims NONE = new Claims(ChunkedMap.empty(), Set.of());

  /** One service that publishes one port. */
  record Claim(Service service, Publication publication) {

    static final Comparator<Claim> BY_AGE = Comparator.comparing(Claim::service, Service.BY_AGE);

    Clash.Claim inClash() {
      return new Clash.Claim(service.id(), service.name(), publication.means(), publication.port());
    }
  }

  /** The oldest of a port that anyone publishes. */
  Claim oldest(PublishedPort port) {
    return Objects.requireNonNull(byPort.get(port)).getFirst();
  }

  private Claims of(ChunkedMap<PublishedPort, List<Claim>> now, Service changed) {
    boolean hasRanges =
        changed.publications().stream().anyMatch(publication -> publication.port().isRange());
    return new Claims(
        now,
        hasRanges
            ? now.keySet().stream()
                .filter(PublishedPort::isRange)
                .collect(Collectors.toUnmodifiableSet())
            : ranges);
  }

  /** These with those of one more service. */
  Claims with(Service service) {
    ChunkedMap<PublishedPort, List<Claim>> now = byPort;
    for (Publication publication : service.publications()) {
      PublishedPort port = publication.port();
      Stream<Claim> others = now.getOrDefault(port, List.of()).stream();
      now =
          now.with(
              port,
              Stream.concat(others, Stream.of(new Claim(service, publication)))
                  .sorted(Claim.BY_AGE)
                  .toList());
    }
    return of(now, service);
  }

  /** These without those of a service that is gone. */
  Claims without(Service service) {
    ChunkedMap<PublishedPort, List<Claim>> now = byPort;
    for (Publication publication : service.publications()) {
      PublishedPort port = publication.port();
      List<Claim> others =
          now.getOrDefault(port, List.of()).stream()
              .filter(claim -> !claim.service().id().equals(service.id()))
              .toList();
      now = others.isEmpty() ? now.without(port) : now.with(port, others);
    }
    return of(now, service);
  }
}
