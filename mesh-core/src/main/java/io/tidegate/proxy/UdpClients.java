package io.tidegate.proxy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.DatagramResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one published UDP port on one shard, with their sessions, wherever their datagrams
 * are received. They outlive the port by a moment, for answers under way. Shard loop only.
 */
final class UdpClients extends Timer {

  /** How long answers that are under way may still pass when the port is gone. */
  static final Duration LINGER = Duration.ofSeconds(1);

  private final Shard shard;
  private final Map<UdpClient, UdpSession> sessions = new HashMap<>();
  private final UdpSweep sweep;
  private final @Nullable Consumer<UdpClient> refusal;
  private ServedRoute served;
  private @Nullable Runnable whenOver;

  UdpClients(Shard shard, ServedRoute served) {
    this(shard, served, null);
  }

  /**
   * @param refusal tells a client that nobody listens where it sends to; null where nobody tells
   */
  UdpClients(Shard shard, ServedRoute served, @Nullable Consumer<UdpClient> refusal) {
    this.shard = shard;
    this.served = served;
    this.refusal = refusal;
    sweep = new UdpSweep(shard);
  }

  /** Whether a client is told when the task that it was sent to does not listen. */
  boolean tellsRefusals() {
    return refusal != null;
  }

  /** Tells a client so, where clients are told. */
  void refuse(UdpClient client) {
    if (refusal != null) {
      refusal.accept(client);
    }
  }

  /** The route has changed: sessions whose endpoint is gone go over to another. */
  void serve(ServedRoute next) {
    served = next;
    sweep.begin(sessions.values());
  }

  ServedRoute served() {
    return served;
  }

  /** The session of a receiver's sender, or null if there can be none. */
  @Nullable UdpSession sessionOf(UdpClient sender, UdpReceiver receiver) {
    UdpSession session = sessions.get(sender);
    if (session == null) {
      return begin(sender, receiver);
    }
    if (!session.isOf(served)) {
      // The port has gone over to another service.
      session.end(CloseCause.TASK_RESET);
      return begin(sender, receiver);
    }
    if (!session.mayStay(served)) {
      session.end(CloseCause.DENIED);
      return begin(sender, receiver);
    }
    return session;
  }

  private @Nullable UdpSession begin(UdpClient sender, UdpReceiver receiver) {
    long nowNanos = shard.clock().nanoTime();
    Ticket ticket = Entrance.admit(served, sender, nowNanos);
    if (ticket.refusal() != null) {
      served.counters.connections(ticket.refusal()).increment();
      served.counters.datagramsIn(DatagramResult.NO_SESSION).increment();
      return null;
    }
    UdpExit exit = shard.udp().begin(nowNanos) ? exit(receiver) : null;
    if (exit == null) {
      ticket.leave();
      served.counters.datagramsIn(DatagramResult.NO_SESSION).increment();
      return null;
    }
    UdpClient client = sender.copy();
    UdpSession session =
        UdpSession.begin(this, receiver.family, exit, shard, client, ticket, nowNanos);
    if (session == null) {
      shard.udp().ended();
      served.counters.datagramsIn(DatagramResult.NO_ENDPOINT).increment();
      return null;
    }
    sessions.put(client, session);
    return session;
  }

  private @Nullable UdpExit exit(UdpReceiver receiver) {
    UdpExit exit = receiver.exit();
    if (exit == null) {
      shard.udp().ended();
    }
    return exit;
  }

  void remove(UdpSession session) {
    sessions.remove(session.client);
  }

  boolean isEmpty() {
    return sessions.isEmpty();
  }

  /** Lives on for a moment; to be called once. */
  void linger(Runnable whenOver) {
    sweep.end();
    this.whenOver = whenOver;
    shard.clock().start(LINGER, this);
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
    if (whenOver != null) {
      whenOver.run();
    }
    shard.runWhenIdle();
  }
}
