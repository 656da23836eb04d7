package io.tidegate.agent.lint;

import io.tidegate.agent.docker.LiveContainer;
import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.Labels;
import io.tidegate.agent.lint.LintedService.LintedLabel;
import io.tidegate.agent.lint.LintedService.LintedPort;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds ports that more than one service publishes, or a service and a container beside Swarm. */
final class PortClashes {

  private static final String BY_LABEL = "label";

  private final String file;
  private static final Comparator<Claim> BY_AGE =
      Comparator.comparing((Claim claim) -> claim.service.createdAtNanos() == 0)
          .thenComparingLong(claim -> claim.service.createdAtNanos());

  private final SortedMap<PublishedPort, List<Claim>> claims = new TreeMap<>();

  private record Claim(LintedService service, int line, String means, boolean isHostMode) {

    /** As in {@code service web (label, in stack.yml:9)}. */
    String text(String file) {
      String where = file.isEmpty() ? "" : ", in " + file + ":" + line;
      return "service %s (%s%s)".formatted(service.name(), means, where);
    }
  }

  private PortClashes(String file) {
    this.file = file;
  }

  /** One fault for each service that goes without a port. */
  static List<Fault> of(String file, List<LintedService> services) {
    PortClashes clashes = new PortClashes(file);
    services.forEach(clashes::claim);
    List<Fault> faults = new ArrayList<>();
    clashes.claims.forEach((port, claims) -> clashes.add(port, claims, faults));
    clashes.addOverlaps(faults);
    return faults;
  }

  /**
   * One fault for each service that goes without a port on the node that these containers are on.
   */
  static List<Fault> withContainers(List<LintedService> services, List<LiveContainer> containers) {
    PortClashes clashes = new PortClashes("");
    services.forEach(clashes::claim);
    List<Fault> faults = new ArrayList<>();
    for (LiveContainer container : containers) {
      for (PublishedPort port : container.ports()) {
        clashes.claims.forEach(
            (published, claims) -> {
              if (published.overlaps(port)) {
                claims.forEach(claim -> faults.add(held(port, claim, container)));
              }
            });
      }
    }
    return faults;
  }

  private static Fault held(PublishedPort port, Claim claim, LiveContainer container) {
    String problem =
        ("published here (%s) and by container %s of this node (expected: by one of them);"
                + " there the container keeps it")
            .formatted(claim.means, container.name());
    return new Fault(
        claim.line, claim.service.name(), "", "port " + port, port.toString(), problem);
  }

  private void claim(LintedService service) {
    for (LintedPort port : service.ports()) {
      String means = port.isHostMode() ? "docker, in host mode" : "docker";
      claim(port.port(), new Claim(service, port.line(), means, port.isHostMode()));
    }
    for (LintedLabel label : service.labels()) {
      if (label.name().equals(Labels.PUBLISH.name())) {
        for (Publication publication : publications(label.value())) {
          claim(publication.port(), new Claim(service, label.line(), BY_LABEL, false));
        }
      }
    }
  }

  private void claim(PublishedPort port, Claim claim) {
    List<Claim> all = claims.computeIfAbsent(port, _ -> new ArrayList<>());
    // What one service publishes twice is no clash between services.
    if (all.stream().noneMatch(other -> other.service.equals(claim.service))) {
      all.add(claim);
    }
  }

  private static List<Publication> publications(String value) {
    try {
      return Labels.PUBLISH.parse(Declared.NOTHING, value).publications();
    } catch (IllegalArgumentException e) {
      // A fault of its own.
      return List.of();
    }
  }

  /** One fault for each range and each port that overlap, at the younger one. */
  private void addOverlaps(List<Fault> faults) {
    List<PublishedPort> ports = List.copyOf(claims.keySet());
    for (PublishedPort range : ports) {
      for (PublishedPort other : ports) {
        boolean isLater = other.compareTo(range) > 0 || !other.isRange();
        if (range.isRange() && isLater && !other.equals(range) && range.overlaps(other)) {
          addOverlap(range, other, faults);
        }
      }
    }
  }

  private void addOverlap(PublishedPort one, PublishedPort other, List<Fault> faults) {
    Claim claim = oldest(one);
    Claim rival = oldest(other);
    if (claim.service.equals(rival.service)) {
      // A fault of its label.
      return;
    }
    boolean isRivalOlder = BY_AGE.compare(rival, claim) < 0;
    Claim keeper = isRivalOlder ? rival : claim;
    Claim loser = isRivalOlder ? claim : rival;
    PublishedPort lost = isRivalOlder ? one : other;
    PublishedPort kept = isRivalOlder ? other : one;
    String problem =
        "published here (%s), overlaps with %s of %s (expected: ports of one service); %s"
            .formatted(loser.means, kept, keeper.text(file), rule(keeper));
    faults.add(
        new Fault(
            loser.line,
            loser.service.name(),
            keeper.service.name(),
            "port " + lost,
            lost.toString(),
            problem));
  }

  private Claim oldest(PublishedPort port) {
    return claims.getOrDefault(port, List.of()).stream().min(BY_AGE).orElseThrow();
  }

  private static String rule(Claim keeper) {
    return keeper.service.createdAtNanos() == 0
        ? "the service that is created first keeps it"
        : keeper.service.name() + " is older and keeps it";
  }

  private void add(PublishedPort port, List<Claim> claims, List<Fault> faults) {
    // Docker puts tasks with the same host port on different nodes.
    if (claims.stream().allMatch(Claim::isHostMode)) {
      return;
    }
    List<Claim> byAge = claims.stream().sorted(BY_AGE).toList();
    Claim keeper = byAge.getFirst();
    for (Claim claim : byAge.subList(1, byAge.size())) {
      String problem =
          "published here (%s) and by %s (expected: by one service); %s"
              .formatted(claim.means, keeper.text(file), rule(keeper));
      faults.add(
          new Fault(
              claim.line,
              claim.service.name(),
              keeper.service.name(),
              "port " + port,
              port.toString(),
              problem));
    }
  }
}
