package io.tidegate.proxy;

import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The UDP clients in whose place tasks are dialled now, over all shards. Of two sockets with the
 * same two ends only one would hear the task, and the kernel forbids that for TCP alone. For any
 * thread; only sessions of routes that ask for it come here.
 */
final class Imitations {

  private record Pair(InetSocketAddress client, InetSocketAddress task) {}

  private final Set<Pair> taken = ConcurrentHashMap.newKeySet();

  /** Whether nobody has these two ends yet; if so, they are taken until {@link #giveBack}. */
  boolean take(InetSocketAddress client, InetSocketAddress task) {
    return taken.add(new Pair(client, task));
  }

  void giveBack(InetSocketAddress client, InetSocketAddress task) {
    taken.remove(new Pair(client, task));
  }
}
