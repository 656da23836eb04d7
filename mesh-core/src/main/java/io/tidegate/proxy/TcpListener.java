package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ProxyIn;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One published port on one shard: a socket of its own, among which the kernel spreads the clients
 * (SO_REUSEPORT).
 */
class TcpListener implements EpollIoHandle, Listener {

  private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);

  static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  private final Shard shard;
  private final Socket socket;
  // The client's address, as Netty writes it.
  private final byte[] address = new byte[26];

  private final String name;

  // Shard loop only. Null where it depends on the client.
  private @Nullable ServedRoute served;
  private @Nullable IoRegistration registration;
  private boolean closed;

  /**
   * @param name for the log
   */
  TcpListener(Shard shard, Socket socket, @Nullable ServedRoute served, String name) {
    this.shard = shard;
    this.socket = socket;
    this.served = served;
    this.name = name;
  }

  /**
   * Listens.
   *
   * @param socket bound; closed where this fails
   * @throws IOException if it cannot be watched
   */
  static TcpListener on(Socket socket, Shard shard, ServedRoute served) throws IOException {
    TcpListener listener = new TcpListener(shard, socket, served, served.route.port().toString());
    listener.begin();
    return listener;
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

  /** The route of an accepted client, or null if there is none: it is reset. */
  @Nullable ServedRoute routeOf(int fd) {
    return served;
  }

  /** New clients follow the new route. */
  @Override
  public void serve(ServedRoute next) {
    served = next;
  }

  /**
   * Level-triggered and one at a time: asking until there is no more would cost a call in vain for
   * each client.
   */
  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
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
    ServedRoute route = routeOf(fd);
    if (route == null) {
      turnAway(new TcpSocket(fd));
    } else {
      begin(new TcpSocket(fd), route);
    }
    return true;
  }

  private void begin(TcpSocket client, ServedRoute route) {
    ClientAddress policy = route.route.policy().clientAddress();
    @Nullable Ends ends = policy.isAsked() ? Ends.ofAccepted(address, client) : null;
    if (policy.proxyIn() == ProxyIn.OFF) {
      long network = SourceAddress.networkOf(address);
      Dial.begin(shard, route, client, network, SourceAddress.hostOf(address), ends);
    } else {
      Arrival.begin(shard, route, client, ends);
    }
  }

  private static void turnAway(TcpSocket client) throws IOException {
    try {
      client.resetOnClose();
    } finally {
      client.close();
    }
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
    shard.schedule(this::resume, ACCEPT_PAUSE);
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

  /** That somebody else holds it changes nothing here: clients are taken by whoever accepts. */
  @Override
  public int lend() throws IOException {
    return PassedSocket.duplicate(socket);
  }

  @Override
  public void takeBack() {
    // nothing was done differently
  }

  /** Clients that the kernel has already connected are served, not reset. */
  @Override
  public void stop() {
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
  public void close() {
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
  public FileDescriptor fd() {
    return socket;
  }
}
