package io.tidegate.proxy;

import io.tidegate.routing.PublishedPort;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets of another process, whose place this one takes. As long as that one still
 * accepts, nothing is bound here; from {@link #begin} on, each port takes the sockets that there
 * are for it. For any thread.
 */
public final class Inheritance implements AutoCloseable {

  private final Map<PublishedPort, List<PassedSocket>> byPort;

  // All below under the lock of this.
  private final Set<PassedSocket> unclaimed;
  // Where each is bound; looked at before the first one is claimed.
  private final Map<PassedSocket, @Nullable InetSocketAddress> addresses = new HashMap<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean hasBegun;

  private Inheritance(List<PassedSocket> sockets, boolean hasBegun) {
    this.byPort = sockets.stream().collect(Collectors.groupingBy(PassedSocket::port));
    this.unclaimed = new LinkedHashSet<>(sockets);
    this.hasBegun = hasBegun;
  }

  /** Of a process that takes nobody's place. */
  public static Inheritance none() {
    return new Inheritance(List.of(), true);
  }

  /** Of sockets at which another process accepts until {@link #begin}. */
  public static Inheritance of(List<PassedSocket> sockets) {
    return new Inheritance(sockets, false);
  }

  /** The ports that there are sockets for. */
  public Set<PublishedPort> ports() {
    return new TreeSet<>(byPort.keySet());
  }

  /** The other process does not accept any more. */
  public void begin() {
    List<Runnable> released;
    synchronized (this) {
      hasBegun = true;
      released = List.copyOf(waiting);
      waiting.clear();
    }
    released.forEach(Runnable::run);
  }

  /** The part of one shard. */
  Share share(int shard, int shards) {
    return new Share(this, shard, shards);
  }

  /** What one of some shards inherits. */
  record Share(Inheritance whole, int shard, int shards) {

    /** Runs the action at {@link #begin}; false, and never, if that was before. */
    boolean defer(Runnable action) {
      return whole.defer(action);
    }

    List<PassedSocket> claim(PublishedPort port, InetSocketAddress address) {
      return whole.claim(port, address, shard, shards);
    }
  }

  private synchronized boolean defer(Runnable action) {
    if (!hasBegun) {
      waiting.add(action);
    }
    return !hasBegun;
  }

  /**
   * Takes a shard's share of the sockets of a port that are bound to an address: one each where
   * there are as many shards as before, and several where there are fewer, so that no client waits
   * at a socket that nobody looks at.
   */
  private synchronized List<PassedSocket> claim(
      PublishedPort port, InetSocketAddress address, int shard, int shards) {
    List<PassedSocket> all =
        byPort.getOrDefault(port, List.of()).stream()
            .filter(socket -> isBoundTo(socket, address))
            .toList();
    List<PassedSocket> claimed = new ArrayList<>();
    for (int i = shard; i < all.size(); i += shards) {
      if (unclaimed.remove(all.get(i))) {
        claimed.add(all.get(i));
      }
    }
    return claimed;
  }

  private boolean isBoundTo(PassedSocket socket, InetSocketAddress address) {
    if (addresses.isEmpty()) {
      // All of them now: one that is closed later may leave its descriptor to another socket.
      unclaimed.forEach(each -> addresses.put(each, each.localAddress()));
    }
    InetSocketAddress actual = addresses.get(socket);
    return actual != null && BindAddress.isSame(actual, address);
  }

  /** Closes what nobody has claimed. */
  @Override
  public synchronized void close() {
    unclaimed.forEach(PassedSocket::close);
    unclaimed.clear();
  }
}
