package io.tidegate.control;

import io.tidegate.control.Claims.Claim;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which ports nobody has because they overlap with a range, or as a range with others. From the
 * oldest claim to the youngest, each has all of its ports, or none where an older one has any.
 *
 * @param keepers of each such port, who is in its way
 */
record Overlaps(Map<PublishedPort, Claim> keepers) {

  static final Overlaps NONE = new Overlaps(Map.of());

  private static final Comparator<Claim> ORDER =
      Claim.BY_AGE.thenComparing(claim -> claim.publication().port());

  static Overlaps of(Claims claims) {
    if (claims.ranges().isEmpty()) {
      return NONE;
    }
    List<PublishedPort> accepted = new ArrayList<>();
    List<PublishedPort> acceptedRanges = new ArrayList<>();
    Map<PublishedPort, Claim> keepers = new HashMap<>();
    for (Claim claim : concerned(claims)) {
      PublishedPort port = claim.publication().port();
      // Two single ports overlap only where they are one.
      PublishedPort older = firstOverlapping(port, port.isRange() ? accepted : acceptedRanges);
      if (older == null) {
        accepted.add(port);
        if (port.isRange()) {
          acceptedRanges.add(port);
        }
      } else {
        keepers.put(port, claims.oldest(older));
      }
    }
    return new Overlaps(Map.copyOf(keepers));
  }

  /** The oldest claims of all ranges, and of all ports within any, by age. */
  private static List<Claim> concerned(Claims claims) {
    return claims.byPort().values().stream()
        .map(List::getFirst)
        .filter(claim -> isConcerned(claim.publication().port(), claims.ranges()))
        .sorted(ORDER)
        .toList();
  }

  private static boolean isConcerned(PublishedPort port, Set<PublishedPort> ranges) {
    return port.isRange() || ranges.stream().anyMatch(port::overlaps);
  }

  private static @Nullable PublishedPort firstOverlapping(
      PublishedPort port, List<PublishedPort> accepted) {
    for (PublishedPort other : accepted) {
      if (other.overlaps(port)) {
        return other;
      }
    }
    return null;
  }

  @Nullable Claim keeperOf(PublishedPort port) {
    return keepers.get(port);
  }

  /** The ports of which these say something else than others. */
  Set<PublishedPort> differencesFrom(Overlaps others) {
    Set<PublishedPort> different = new HashSet<>();
    keepers.forEach(
        (port, keeper) -> {
          if (!keeper.equals(others.keeperOf(port))) {
            different.add(port);
          }
        });
    others.keepers.keySet().stream()
        .filter(port -> !keepers.containsKey(port))
        .forEach(different::add);
    return different;
  }
}
