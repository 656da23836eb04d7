package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import io.tidegate.kernel.Libc;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's socket for all TCP ports that are taken over. Rules of the kernel bring clients here
 * as they are: which port they asked for, their own socket says.
 */
final class TakenListener extends TcpListener {

  private static final Logger LOG = LoggerFactory.getLogger(TakenListener.class);

  private TakenListener(Shard shard, Socket socket) {
    super(shard, socket, null, "ports taken over");
  }

  /** Listens; null, and the socket closed, where the kernel does not let it: nobody comes then. */
  static @Nullable TakenListener on(Socket socket, Shard shard) {
    TakenListener listener = new TakenListener(shard, socket);
    try {
      listener.begin();
      return listener;
    } catch (IOException e) {
      LOG.warn("ports taken over: cannot listen: {}", e.getMessage());
      return null;
    }
  }

  @Override
  @Nullable ServedRoute routeOf(int fd) {
    int number = Libc.localPort(fd);
    ServedRoute route = number > 0 ? shard.served().takenRoute(number) : null;
    if (route == null) {
      shard.counters().of(ShardCounter.TAKEN_IN_VAIN).increment();
    }
    return route;
  }
}
