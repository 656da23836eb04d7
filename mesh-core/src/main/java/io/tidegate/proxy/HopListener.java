package io.tidegate.proxy;

import io.netty.channel.unix.Socket;
import io.tidegate.header.HopAnswer;
import io.tidegate.header.HopProtocol;
import io.tidegate.kernel.Errno;
import io.tidegate.kernel.TcpSocket;
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
final class HopListener {

  private static final Logger LOG = LoggerFactory.getLogger(HopListener.class);

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** More connections that have not asked for a task are not kept: anybody could open them. */
  static final int MOST_WAITING = 1_024;

  // Nobody may foresee one, so no test gives its own.
  private static final SecureRandom CHALLENGES = new SecureRandom();

  private final Shard shard;
  private final HopGate gate;
  private final Set<HopCall> waiting = new HashSet<>();
  private @Nullable AgentAcceptor acceptor;
  private @Nullable HopDatagrams datagrams;
  private boolean closed;
  private String complaint = "";

  /** The socket, once there is one. */
  private final class AgentAcceptor extends Acceptor {

    AgentAcceptor(Socket bound) {
      super(HopListener.this.shard, bound, "hops");
    }

    @Override
    void take(int fd) {
      HopListener.this.take(fd);
    }
  }

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

  /**
   * Where the datagrams come of sessions that are passed on to here; opened for the first of them.
   *
   * @throws IOException if it cannot be
   */
  HopDatagrams datagrams() throws IOException {
    if (datagrams == null) {
      datagrams = HopDatagrams.open(shard, gate);
    }
    return datagrams;
  }

  byte[] challenge() {
    byte[] challenge = new byte[HopProtocol.CHALLENGE_BYTES];
    CHALLENGES.nextBytes(challenge);
    return challenge;
  }

  /** Whether one more may wait here. */
  boolean hasRoom() {
    return !closed && waiting.size() < MOST_WAITING;
  }

  private void listen() {
    if (closed) {
      return;
    }
    try {
      AgentAcceptor opened = new AgentAcceptor(bind());
      opened.begin();
      acceptor = opened;
    } catch (IOException e) {
      complain(Errno.text(e));
      shard.schedule(this::listen, RETRY);
    }
  }

  private Socket bind() throws IOException {
    boolean ipv6 = BindAddress.isIpv6(gate.address());
    Socket bound = new Socket(shard.openSocket(gate.namespace(), ipv6).intValue());
    try {
      bound.setReusePort(true);
      bound.setReuseAddress(true);
      new TcpSocket(bound.intValue()).setNoDelay();
      bound.bind(gate.address());
      return bound;
    } catch (IOException e) {
      bound.close();
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

  private void take(int fd) {
    shard.counters().of(ShardCounter.HOP_CONNECTIONS).increment();
    HopCall call = new HopCall(shard, this, new TcpSocket(fd));
    if (hasRoom()) {
      waiting.add(call);
      call.begin();
    } else {
      call.refuse(HopAnswer.BUSY);
    }
  }

  /**
   * A connection whose client is served waits for the next one.
   *
   * @param saidChallenge what that one is to answer, where it was said already
   */
  void hearAgain(CallerHalf caller, byte @Nullable [] saidChallenge) {
    HopCall call = new HopCall(shard, this, caller);
    waiting.add(call);
    call.begin(saidChallenge);
  }

  /** A connection waits no more: it has asked for a task, or has ended. */
  void leave(HopCall call) {
    waiting.remove(call);
  }

  /** Hears nobody any more. Clients that were taken, and sessions, are left alone. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (acceptor != null) {
      acceptor.close();
    }
    if (datagrams != null) {
      datagrams.closeWhenLeft();
    }
    Set.copyOf(waiting).forEach(HopCall::abandon);
  }
}
