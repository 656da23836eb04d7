package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives clients' datagrams at one socket of a shard, among which the kernel spreads the clients
 * (SO_REUSEPORT), and has their sessions send them on.
 */
abstract class UdpReceiver implements EpollIoHandle, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(UdpReceiver.class);

  private static final int BATCHES_PER_WAKEUP = 4;
  private static final Duration RECEIVE_PAUSE = Duration.ofMillis(10);
  private static final EpollIoOps INCOMING =
      EpollIoOps.valueOf(EpollIoOps.EPOLLIN.value() | EpollIoOps.EPOLLET.value());

  final Shard shard;
  final Socket socket;
  final UdpFamily family;
  final UdpBatch batch;
  final UdpClient sender = new UdpClient();
  private final @Nullable UdpParty[] batchSessions = new UdpParty[UdpBatch.SIZE];

  // Shard loop only.
  private @Nullable IoRegistration registration;
  private boolean stopped;
  private boolean closed;

  UdpReceiver(Shard shard, Socket socket) {
    this.shard = shard;
    this.socket = socket;
    family = shard.udp().of(socket.localAddress());
    batch = family.batch;
  }

  /** Begins to receive; the socket is closed where this fails. */
  final void begin() throws IOException {
    try {
      registration = shard.register(this);
      registration.submit(INCOMING);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The session of whoever sent the i-th datagram of the batch, or null if there can be none. */
  abstract @Nullable UdpParty sessionOf(int i);

  /** By which the answers to a new session of the sender's leave, or null if there is no way. */
  abstract @Nullable UdpExit exit();

  /** For the log. */
  abstract String name();

  @Override
  public final void handle(IoRegistration ignored, IoEvent event) {
    receiveSome();
  }

  /** Its turn again, after it has yielded. */
  @Override
  public final void run() {
    receiveSome();
  }

  final void receiveSome() {
    try {
      // They have waited for less than what is to come takes.
      family.answers.flush();
      for (int i = 0; i < BATCHES_PER_WAKEUP; i++) {
        if (stopped || !receiveBatch()) {
          return;
        }
      }
    } catch (RuntimeException e) {
      // Thrown on, it would stall the whole loop for a second.
      LOG.warn("{}: receiving broke off", name(), e);
    }
    // Edge-triggered: epoll will not say again that more are waiting. Not executed but scheduled:
    // what is executed has its turn before other events.
    shard.schedule(this, Duration.ZERO);
  }

  /** Forwards what one call receives; false if that was all. */
  private boolean receiveBatch() {
    int received = batch.receive(socket.intValue());
    if (received >= 0) {
      forward(received);
      return received == UdpBatch.SIZE;
    }
    return switch (UdpFailure.of(received)) {
      case INTERRUPTED -> true;
      case NOT_NOW -> false;
      case TOO_LONG, GONE -> {
        LOG.warn("{}: cannot receive: errno {}", name(), -received);
        shard.schedule(this, RECEIVE_PAUSE);
        yield false;
      }
    };
  }

  /** Sends the datagrams of each session on at once, in the order in which they came. */
  private void forward(int count) {
    for (int i = 0; i < count; i++) {
      batchSessions[i] = sessionOf(i);
    }
    for (int i = 0; i < count; i++) {
      UdpParty session = batchSessions[i];
      if (session != null) {
        session.forward(gather(session, i, count));
      }
    }
  }

  private int gather(UdpParty session, int first, int count) {
    int gathered = 0;
    for (int i = first; i < count; i++) {
      if (session.equals(batchSessions[i])) {
        batchSessions[i] = null;
        batch.addToTask(gathered++, i);
      }
    }
    return gathered;
  }

  /** What the kernel has already taken for this socket would reach nobody else: it is the last. */
  final void receiveLast() {
    receiveSome();
    stopped = true;
  }

  final boolean isStopped() {
    return stopped;
  }

  final void unwatch() {
    if (registration != null) {
      registration.cancel();
      registration = null;
    }
  }

  @Override
  public final void close() {
    if (closed) {
      return;
    }
    closed = true;
    stopped = true;
    family.answers.flush();
    // First, and not by closing: epoll goes on to tell of a socket that another process holds too.
    unwatch();
    try {
      socket.close();
    } catch (IOException e) {
      LOG.warn("{}: closing the listener failed: {}", name(), e.getMessage());
    }
  }

  @Override
  public final FileDescriptor fd() {
    return socket;
  }
}
