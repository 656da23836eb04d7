package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import io.tidegate.kernel.Libc;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's socket for TCP to all virtual addresses of one network, and all of their ports. Rules
 * of the kernel bring clients here as they are: which address and port they asked for, their own
 * socket says.
 */
final class VirtualListener extends TcpListener {

  private static final Logger LOG = LoggerFactory.getLogger(VirtualListener.class);

  private final VirtualNetwork network;

  private VirtualListener(Shard shard, Socket socket, VirtualNetwork network) {
    super(shard, socket, null, "virtual addresses");
    this.network = network;
  }

  /** Listens; null, and the socket closed, where the kernel does not let it: nobody comes then. */
  static @Nullable VirtualListener on(Socket socket, Shard shard, VirtualNetwork network) {
    VirtualListener listener = new VirtualListener(shard, socket, network);
    try {
      listener.begin();
      return listener;
    } catch (IOException e) {
      LOG.warn("virtual addresses: cannot listen: {}", e.getMessage());
      return null;
    }
  }

  @Override
  @Nullable ServedRoute routeOf(int fd) {
    long asked = Libc.localName(fd);
    ServedRoute route = asked > 0 ? network.tcpRoute(Libc.addressOf(asked)) : null;
    if (route == null) {
      shard.counters().of(ShardCounter.TAKEN_IN_VAIN).increment();
    }
    return route;
  }
}
