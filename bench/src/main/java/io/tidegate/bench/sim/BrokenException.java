package io.tidegate.bench.sim;

import java.util.Locale;

/** An invariant does not hold. */
final class BrokenException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param invariant which one, in a word or two
   * @param route its port, or what it is about
   */
  BrokenException(String invariant, long atNanos, String node, String route, String detail) {
    super(
        String.format(
            Locale.ROOT,
            "%s at %.3f s on node %s, route %s: %s",
            invariant,
            atNanos / 1e9,
            node,
            route,
            detail));
  }
}
