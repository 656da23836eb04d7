package io.tidegate.bench.compare;

/** How many disturbed windows may be taken again: so many that the run stays bounded. */
final class Retries {

  private int left;
  private int taken;

  Retries(int limit) {
    left = limit;
  }

  /** Takes one, if any is left. */
  boolean take() {
    if (left == 0) {
      return false;
    }
    left--;
    taken++;
    return true;
  }

  int taken() {
    return taken;
  }
}
