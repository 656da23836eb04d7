package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.DatagramResult;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One published UDP port on one shard: a socket of its own, among which the kernel spreads the
 * clients (SO_REUSEPORT), and the sessions of those clients. Answers leave through it too, so it
 * outlives the port by a moment.
 */
final class UdpListener extends Timer implements EpollIoHandle, Listener, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(UdpListener.class);

  private static final int BATCHES_PER_WAKEUP = 4;

  /** How long answers that are under way may still pass when the port is gone. */
  static final Duration LINGER = Duration.ofSeconds(1);

  private static final Duration RECEIVE_PAUSE = Duration.ofMillis(10);
  private static final EpollIoOps INCOMING =
      EpollIoOps.valueOf(EpollIoOps.EPOLLIN.value() | EpollIoOps.EPOLLET.value());

  private final Shard shard;
  private final Socket socket;
  final UdpFamily family;
  private final UdpBatch batch;
  private final Map<UdpClient, UdpSession> sessions = new HashMap<>();
  private final UdpSweep sweep;
  private final UdpClient sender = new UdpClient();
  private final @Nullable UdpSession[] batchSessions = new UdpSession[UdpBatch.SIZE];

  // Shard loop only.
  private ServedRoute served;
  private @Nullable IoRegistration registration;
  private boolean lent;
  private boolean stopped;
  private boolean closed;

  private UdpListener(Shard shard, Socket socket, UdpFamily family, ServedRoute served) {
    this.shard = shard;
    this.family = family;
    this.socket = socket;
    this.served = served;
    batch = family.batch;
    sweep = new UdpSweep(shard);
  }

  /**
   * Receives. Where another process had the socket, sessions begin anew.
   *
   * @param socket bound; closed where this fails
   * @throws IOException if it cannot be watched
   */
  static UdpListener on(Socket socket, Shard shard, ServedRoute served) throws IOException {
    try {
      UdpListener listener =
          new UdpListener(shard, socket, shard.udp().of(socket.localAddress()), served);
      listener.registration = shard.register(listener);
      listener.registration.submit(INCOMING);
      return listener;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sessions whose endpoint is gone go over to another. */
  @Override
  public void serve(ServedRoute next) {
    served = next;
    sweep.begin(sessions.values());
  }

  ServedRoute served() {
    return served;
  }

  int socketFd() {
    return socket.intValue();
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    receiveSome();
  }

  /** Its turn again, after it has yielded. */
  @Override
  public void run() {
    receiveSome();
  }

  private void receiveSome() {
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
      LOG.warn("{}: receiving broke off", served.route.port(), e);
    }
    // Edge-triggered: epoll will not say again that more are waiting. Not executed but scheduled:
    // what is executed has its turn before other events.
    shard.schedule(this, Duration.ZERO);
  }

  /** Forwards what one call receives; false if that was all. */
  private boolean receiveBatch() {
    int received = batch.receive(socketFd());
    if (received >= 0) {
      forward(received);
      return received == UdpBatch.SIZE;
    }
    return switch (UdpFailure.of(received)) {
      case INTERRUPTED -> true;
      case NOT_NOW -> false;
      case TOO_LONG, GONE -> {
        LOG.warn("{}: cannot receive: errno {}", served.route.port(), -received);
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
      UdpSession session = batchSessions[i];
      if (session != null) {
        session.forward(gather(session, i, count));
      }
    }
  }

  private int gather(UdpSession session, int first, int count) {
    int gathered = 0;
    for (int i = first; i < count; i++) {
      if (batchSessions[i] == session) {
        batchSessions[i] = null;
        batch.addToTask(gathered++, i);
      }
    }
    return gathered;
  }

  private @Nullable UdpSession sessionOf(int i) {
    batch.readClient(i, sender);
    UdpSession session = sessions.get(sender);
    if (session == null) {
      return begin();
    }
    if (!session.isOf(served)) {
      // The port has gone over to another service.
      session.end(CloseCause.TASK_RESET);
      return begin();
    }
    if (!session.mayStay(served)) {
      session.end(CloseCause.DENIED);
      return begin();
    }
    return session;
  }

  /** A session of the sender's, or null if there can be none. */
  private @Nullable UdpSession begin() {
    long nowNanos = shard.clock().nanoTime();
    Ticket ticket = Entrance.admit(served, sender, nowNanos);
    if (ticket.refusal() != null) {
      served.counters.connections(ticket.refusal()).increment();
      served.counters.datagramsIn(DatagramResult.NO_SESSION).increment();
      return null;
    }
    if (!shard.udp().begin(nowNanos)) {
      ticket.leave();
      served.counters.datagramsIn(DatagramResult.NO_SESSION).increment();
      return null;
    }
    UdpClient client = sender.copy();
    UdpSession session = UdpSession.begin(this, shard, client, ticket, nowNanos);
    if (session == null) {
      shard.udp().ended();
      served.counters.datagramsIn(DatagramResult.NO_ENDPOINT).increment();
      return null;
    }
    sessions.put(client, session);
    return session;
  }

  void remove(UdpSession session) {
    sessions.remove(session.client);
  }

  @Override
  public int lend() throws IOException {
    lent = true;
    return PassedSocket.duplicate(socket);
  }

  @Override
  public void takeBack() {
    lent = false;
  }

  /**
   * Takes no more datagrams from clients. Sessions live on for a moment, so that answers under way
   * still pass; without any the port is closed at once.
   */
  @Override
  public void stop() {
    if (stopped) {
      return;
    }
    // What the kernel has already taken for this socket would reach nobody else.
    receiveSome();
    stopped = true;
    sweep.end();
    if (sessions.isEmpty()) {
      close();
      return;
    }
    shard.clock().start(LINGER, this);
    unwatch();
    // Whoever it is lent to takes the clients.
    if (!lent) {
      turnAway();
    }
  }

  private void turnAway() {
    try {
      // Connected to nobody, it gets no share of the port's clients any more: they go to whoever
      // listens there next, or are refused.
      socket.connect(BindAddress.nobody(socket.localAddress()));
    } catch (IOException e) {
      LOG.debug("{}: cannot turn clients away: {}", served.route.port(), e.getMessage());
    }
  }

  private void unwatch() {
    if (registration != null) {
      registration.cancel();
      registration = null;
    }
  }

  @Override
  void onExpired(long nowNanos) {
    endAll(CloseCause.FINISHED);
  }

  @Override
  void abandon() {
    endAll(CloseCause.AGENT_STOPPED);
  }

  private void endAll(CloseCause cause) {
    List.copyOf(sessions.values()).forEach(session -> session.end(cause));
    close();
    shard.runWhenIdle();
  }

  @Override
  public void close() {
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
      LOG.warn("{}: closing the listener failed: {}", served.route.port(), e.getMessage());
    }
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }
}
