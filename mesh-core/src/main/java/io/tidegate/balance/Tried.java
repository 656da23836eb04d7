package io.tidegate.balance;

import java.util.Arrays;

/** The endpoints of a route, by index, that one connection has tried in vain. */
public final class Tried {

  private int[] indices = new int[2];
  private int count;

  public void add(int index) {
    if (count == indices.length) {
      indices = Arrays.copyOf(indices, count * 2);
    }
    indices[count++] = index;
  }

  /** The same, to which more can be added without a trace here. */
  public Tried copy() {
    Tried copy = new Tried();
    copy.indices = indices.clone();
    copy.count = count;
    return copy;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  public boolean contains(int index) {
    for (int i = 0; i < count; i++) {
      if (indices[i] == index) {
        return true;
      }
    }
    return false;
  }
}
