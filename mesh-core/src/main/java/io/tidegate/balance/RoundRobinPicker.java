package io.tidegate.balance;

import java.util.random.RandomGenerator;

/**
 * Each endpoint in turn, from a random start so that many shards and nodes do not march in step.
 */
final class RoundRobinPicker implements Picker {

  private final int size;
  private int next;

  RoundRobinPicker(int size, RandomGenerator random) {
    this.size = size;
    next = size == 0 ? 0 : random.nextInt(size);
  }

  @Override
  public int pick(Tried tried) {
    for (int i = 0; i < size; i++) {
      int candidate = next;
      next = next + 1 == size ? 0 : next + 1;
      if (!tried.contains(candidate)) {
        return candidate;
      }
    }
    return NONE;
  }
}
