package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.HopGate;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where one shard hears the agents of other nodes. Tries again while it cannot listen. */
final class HopListener implements EpollIoHandle {

  private static final Logger LOG = LoggerFactory.getLogger(HopListener.class);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration PAUSE = TcpListener.ACCEPT_PAUSE;

  /** More connections that have not asked for a task are not kept: anybody could open them. */
  static final int MOST_WAITING = 1_024;

  // Nobody may foresee one, so no test gives its own.
  private static final SecureRandom CHALLENGES = new SecureRandom();

  private final Shard shard;
  private final HopGate gate;
  private final byte[] address = new byte[26];
  private final Set<HopCall> waiting = new HashSet<>();
  private @Nullable Socket socket;
  private @Nullable IoRegistration registration;
  private boolean closed;
  private String complaint = "";

  private HopListener(Shard shard, HopGate gate) {
    this.shard = shard;
    this.gate = gate;
  }

  static HopListener open(Shard shard, HopGate gate) {
    HopListener listener = new HopListener(shard, gate);
    listener.listen();
    return listener;
  }

  HopGate gate() {
    return gate;
  }

  byte[] challenge() {
    byte[] challenge = new byte[HopProtocol.CHALLENGE_BYTES];
    CHALLENGES.nextBytes(challenge);
    return challenge;
  }

  private void listen() {
    if (closed) {
      return;
    }
    try {
      socket = bind();
      watch();
    } catch (IOException e) {
      complain(Errno.text(e));
      close(socket);
      socket = null;
      shard.schedule(this::listen, RETRY);
    }
  }

  private Socket bind() throws IOException {
    boolean ipv6 = BindAddress.isIpv6(gate.address());
    Socket bound = new Socket(shard.upstreamSockets().openStream(gate.namespace(), ipv6));
    try {
      bound.setReusePort(true);
      bound.setReuseAddress(true);
      new TcpSocket(bound.intValue()).setNoDelay();
      bound.bind(gate.address());
      bound.listen(shard.config().backlog());
      return bound;
    } catch (IOException e) {
      close(bound);
      throw e;
    }
  }

  private void complain(String why) {
    shard.counters().of(ShardCounter.BIND_FAILURES).increment();
    if (!why.equals(complaint)) {
      complaint = why;
      LOG.warn("hops: cannot listen at {}: {}; trying again", gate.address(), why);
    }
  }

  /** Level-triggered and one at a time, as at published ports. */
  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    if (closed || socket == null) {
      return;
    }
    try {
      ShardCounter why = shard.admission().pause();
      if (why == null) {
        acceptOne(socket);
      } else {
        pause(why);
      }
    } catch (IOException e) {
      if (Errno.isExhausted(e)) {
        pause(ShardCounter.ACCEPT_PAUSES);
      }
    } catch (RuntimeException e) {
      LOG.warn("hops: accepting broke off", e);
    }
  }

  private void acceptOne(Socket from) throws IOException {
    int fd = from.accept(address);
    if (fd < 0) {
      return;
    }
    HopCall call = new HopCall(shard, this, new TcpSocket(fd));
    if (waiting.size() >= MOST_WAITING) {
      call.refuse(HopAnswer.BUSY);
    } else {
      waiting.add(call);
      call.begin();
    }
  }

  /** A connection waits no more: it has asked for a task, or has ended. */
  void leave(HopCall call) {
    waiting.remove(call);
  }

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

  /** Hears nobody any more. Clients that were taken are left alone. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      unwatch();
      close(socket);
      Set.copyOf(waiting).forEach(HopCall::abandon);
    }
  }

  private static void close(@Nullable Socket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      LOG.warn("hops: closing the listener failed: {}", e.getMessage());
    }
  }

  @Override
  public FileDescriptor fd() {
    if (socket == null) {
      throw new IllegalStateException("watched before it listens");
    }
    return socket;
  }
}
