package io.tidegate.routing;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One port that several services publish: one has it, the others go without. Or one that overlaps
 * with the range of an older service, or as a range with its ports: nobody has it as it is.
 *
 * @param keeper the oldest service, or of equally old ones the one with the smallest id
 * @param others the oldest first
 */
public record Clash(PublishedPort port, Claim keeper, List<Claim> others) {

  /** One side of a clash. */
  public record Claim(
      String serviceId, String serviceName, Publication.Means means, PublishedPort port) {

    /** As in {@code web (docker)}. */
    @Override
    public String toString() {
      return serviceName + " (" + means + ")";
    }
  }

  public Clash {
    others = List.copyOf(others);
  }

  /** Both sides in one line, for people. */
  @Override
  public String toString() {
    String losers = others.stream().map(Claim::toString).collect(Collectors.joining(", "));
    if (!keeper.port.equals(port)) {
      return "%s: published by %s, overlaps with %s of %s; %s keeps that, and %s is not served"
          .formatted(port, losers, keeper.port, keeper, keeper.serviceName, port);
    }
    return "%s: published by %s and by %s; %s keeps it"
        .formatted(port, keeper, losers, keeper.serviceName);
  }
}
