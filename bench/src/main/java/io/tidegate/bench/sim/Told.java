package io.tidegate.bench.sim;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What was told, in the words of each publisher. Comparing it with what is made of the same objects
 * costs a glance at each; with that of another publisher they are compared in full, once.
 */
final class Told<T> {

  private final List<T> all = new ArrayList<>();
  private final Function<T, List<?>> objects;

  private Told(T first, Function<T, List<?>> objects) {
    this.objects = objects;
    all.add(first);
  }

  static Told<ClusterState> of(ClusterState state) {
    return new Told<>(state, ClusterState::tasks);
  }

  static Told<Commit> of(Commit commit) {
    return new Told<>(commit, Commit::changes);
  }

  T first() {
    return all.getFirst();
  }

  /** Whether a value is equal to what was told. */
  boolean isSame(T value) {
    for (T known : all) {
      if (isOfSamePublisher(known, value)) {
        return known.equals(value);
      }
    }
    boolean isEqual = first().equals(value);
    if (isEqual) {
      all.add(value);
    }
    return isEqual;
  }

  @SuppressWarnings("ReferenceEquality") // The same bytes are the same objects.
  private boolean isOfSamePublisher(T one, T other) {
    List<?> ones = objects.apply(one);
    List<?> others = objects.apply(other);
    return !ones.isEmpty() && !others.isEmpty() && ones.getFirst() == (Object) others.getFirst();
  }
}
