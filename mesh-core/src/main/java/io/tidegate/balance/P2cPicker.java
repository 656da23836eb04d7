package io.tidegate.balance;

import java.util.random.RandomGenerator;

/**
 * Power of two choices: draws two endpoints at random and takes the one with fewer active relays.
 * Nearly as even as comparing all of them, at a cost that does not grow with the route; and many
 * nodes that choose by the same figures do not all run to the same endpoint.
 */
final class P2cPicker implements Picker {

  private final EndpointLoad[] loads;
  private final RandomGenerator random;
  private long picks;

  P2cPicker(EndpointLoad[] loads, RandomGenerator random) {
    this.loads = loads;
    this.random = random;
    // Go on counting where the picker of the last table stopped, or survivors would look as if just
    // picked.
    for (EndpointLoad load : loads) {
      picks = Math.max(picks, load.lastPick());
    }
  }

  @Override
  public int pick(Tried tried) {
    int picked = tried.isEmpty() ? draw() : bestUntried(tried);
    if (picked != NONE) {
      loads[picked].picked(++picks);
    }
    return picked;
  }

  private int draw() {
    int size = loads.length;
    if (size < 2) {
      return size - 1;
    }
    int first = random.nextInt(size);
    // Drawn from one fewer and moved past the first: two different ones, each pair as likely as any
    // other.
    int second = random.nextInt(size - 1);
    if (second >= first) {
      second++;
    }
    return loads[second].isBetterThan(loads[first]) ? second : first;
  }

  /**
   * After a failed connect the best of all is worth a scan; it begins at random so that ties do not
   * pile up.
   */
  private int bestUntried(Tried tried) {
    int size = loads.length;
    int best = NONE;
    int start = size == 0 ? 0 : random.nextInt(size);
    for (int i = 0; i < size; i++) {
      int candidate = (start + i) % size;
      if (!tried.contains(candidate)
          && (best == NONE || loads[candidate].isBetterThan(loads[best]))) {
        best = candidate;
      }
    }
    return best;
  }
}
