package io.tidegate.control;

import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who publishes which port.
 *
 * @param byPort for each port that anyone publishes those who do, the oldest first
 */
record Claims(ChunkedMap<PublishedPort, List<Claim>> byPort) {

  static final Claims NONE = new Claims(ChunkedMap.empty());

  /** One service that publishes one port. */
  record Claim(Service service, Publication publication) {

    private static final Comparator<Claim> BY_AGE =
        Comparator.comparing(Claim::service, Service.BY_AGE);

    Clash.Claim inClash() {
      return new Clash.Claim(service.id(), service.name(), publication.means());
    }
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
    return new Claims(now);
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
    return new Claims(now);
  }
}
