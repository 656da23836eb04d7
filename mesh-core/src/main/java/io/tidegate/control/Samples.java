package io.tidegate.control;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A few of many. */
final class Samples {

  private Samples() {}

  /** So many neighbours from a random place on, or all if there are no more. */
  static <T> List<T> of(List<T> all, int most, RandomGenerator random) {
    if (all.size() <= most) {
      return all;
    }
    List<T> some = new ArrayList<>(most);
    int start = random.nextInt(all.size());
    for (int i = 0; i < most; i++) {
      some.add(all.get((start + i) % all.size()));
    }
    return some;
  }
}
