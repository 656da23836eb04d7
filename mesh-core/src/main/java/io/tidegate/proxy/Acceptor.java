package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.kernel.Errno;
import io.tidegate.metrics.ShardCounter;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections from a listening socket, and leaves them in its queue for a while where there
 * is no room. Shard loop only.
 */
abstract class Acceptor implements EpollIoHandle {

  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

  static final Duration PAUSE = Duration.ofMillis(100);

  final Shard shard;
  final Socket socket;
  private final String name;
  // Of whoever was accepted last, as Netty writes it.
  final byte[] address = new byte[26];

  private @Nullable IoRegistration registration;
  private boolean closed;

  /**
   * @param socket bound
   * @param name for the log
   */
  Acceptor(Shard shard, Socket socket, String name) {
    this.shard = shard;
    this.socket = socket;
    this.name = name;
  }

  /** Listens, and closes its socket where that fails. */
  final void begin() throws IOException {
    try {
      socket.listen(shard.config().backlog());
      watch();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** A connection was accepted: from now on its descriptor is the callee's. */
  abstract void take(int fd) throws IOException;

  /**
   * Level-triggered and one at a time: asking until there is no more would cost a call in vain for
   * each client.
   */
  @Override
  public final void handle(IoRegistration ignored, IoEvent event) {
    try {
      if (closed) {
        return;
      }
      ShardCounter why = shard.admission().pause();
      if (why == null) {
        acceptOne();
      } else {
        pause(why);
      }
    } catch (IOException e) {
      onAcceptFailed(e);
    } catch (RuntimeException e) {
      // Thrown on, it would stall the whole loop for a second.
      LOG.warn("{}: accepting broke off", name, e);
    }
  }

  private boolean acceptOne() throws IOException {
    int fd = socket.accept(address);
    if (fd < 0) {
      return false;
    }
    take(fd);
    return true;
  }

  private void onAcceptFailed(IOException e) {
    if (Errno.isExhausted(e)) {
      pause(ShardCounter.ACCEPT_PAUSES);
    } else {
      // The client left between its handshake and accept(2).
      shard.counters().of(ShardCounter.ACCEPTS_ABANDONED).increment();
    }
  }

  /** Leaves clients in the accept queue for a while, without being told of them all the time. */
  private void pause(ShardCounter why) {
    shard.counters().of(why).increment();
    unwatch();
    shard.schedule(this::resume, PAUSE);
  }

  private void resume() {
    try {
      if (!closed) {
        watch();
      }
    } catch (IOException e) {
      pause(ShardCounter.ACCEPT_PAUSES);
    }
  }

  private void watch() throws IOException {
    registration = shard.register(this);
    registration.submit(EpollIoOps.EPOLLIN);
  }

  private void unwatch() {
    if (registration != null) {
      registration.cancel();
      registration = null;
    }
  }

  /** Takes whom the kernel has connected already, and closes. */
  final void acceptAllAndClose() {
    try {
      boolean more = !closed;
      while (more) {
        more = acceptOne();
      }
    } catch (IOException e) {
      LOG.debug("{}: last accepts failed: {}", name, e.getMessage());
    }
    close();
  }

  @Override
  public final void close() {
    if (closed) {
      return;
    }
    closed = true;
    // First, and not by closing: epoll goes on to tell of a socket that another process holds too.
    unwatch();
    try {
      socket.close();
    } catch (IOException e) {
      LOG.warn("{}: closing the listener failed: {}", name, e.getMessage());
    }
  }

  @Override
  public final FileDescriptor fd() {
    return socket;
  }
}
