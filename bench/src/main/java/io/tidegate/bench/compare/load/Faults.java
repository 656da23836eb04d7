package io.tidegate.bench.compare.load;

import org.jspecify.annotations.Nullable;

/** What went wrong in some traffic: the first fault counts, what follows is its consequence. */
final class Faults {

  private @Nullable String first;

  void add(String fault) {
    if (first == null) {
      first = fault;
    }
  }

  /**
   * Looks whether all is well.
   *
   * @throws TrafficException if anything went wrong
   */
  void check() throws TrafficException {
    if (first != null) {
      throw new TrafficException(first);
    }
  }
}
