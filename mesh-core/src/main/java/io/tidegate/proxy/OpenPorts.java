package io.tidegate.proxy;

import org.agrona.collections.IntHashSet;

/**
 * The ports of a virtual address at which a task has answered, as far as one shard knows: where one
 * of them is refused now, a task is about to listen. Shard loop only.
 */
final class OpenPorts {

  /** Of more none is remembered: who connects there is refused at once. */
  static final int MOST = 256;

  private final IntHashSet ports = new IntHashSet();

  void add(int port) {
    if (ports.size() < MOST) {
      ports.add(port);
    }
  }

  boolean has(int port) {
    return ports.contains(port);
  }

  /** Nobody has begun to listen there for as long as clients wait. */
  void remove(int port) {
    ports.remove(port);
  }
}
