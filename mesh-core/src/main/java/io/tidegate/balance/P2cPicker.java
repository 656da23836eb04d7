package io.tidegate.balance;

import java.util.random.RandomGenerator;

/**
 * Power of two choices: draws two endpoints at random and takes the one with fewer active relays.
 * Nearly as even as comparing all of them, at a cost that does not grow with the route; and many
 * nodes that choose by the same figures do not all run to the same endpoint.
 */
final class P2cPicker implements Picker {

  private final long[] loads;
  private final RandomGenerator random;
  private long picks;

  P2cPicker(EndpointLoad[] endpoints, RandomGenerator random) {
    this.random = random;
    loads = new long[endpoints.length];
    for (int i = 0; i < loads.length; i++) {
      endpoints[i].moveTo(loads, i);
      // Go on counting where the picker of the last table stopped, or survivors would look as if
      // just picked.
      picks = Math.max(picks, EndpointLoad.lastPick(loads[i]));
    }
  }

  @Override
  public int pick(Tried tried) {
    int picked = tried.isEmpty() ? draw() : bestUntried(tried);
    if (picked != NONE) {
      loads[picked] = EndpointLoad.picked(loads[picked], ++picks);
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
    // Without a branch, which would be guessed wrong every other time: all ones if the second is
    // better, and then first turns into second.
    int better = (int) ((loads[second] - loads[first]) >> 63);
    return first ^ ((first ^ second) & better);
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
      if (!tried.contains(candidate) && (best == NONE || loads[candidate] < loads[best])) {
        best = candidate;
      }
    }
    return best;
  }
}
