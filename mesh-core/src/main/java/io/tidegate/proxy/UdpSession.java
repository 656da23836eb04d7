package io.tidegate.proxy;

import io.tidegate.balance.Tried;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.overload.Restraint;
import io.tidegate.routing.Access;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client and a task that exchange datagrams, from the client's first until none has come for a
 * while. Queues no datagram, but for a few while another agent is asked for the task: what cannot
 * be sent at once is dropped and counted. An endpoint that goes away is replaced by another, and
 * the client notices nothing.
 */
final class UdpSession extends Timer {

  private static final Logger LOG = LoggerFactory.getLogger(UdpSession.class);

  /**
   * How long an unanswered datagram may be sent once more: as long as any node may take to learn
   * that a task has died. A client that asks again before that is answered once, as only the last
   * datagram goes.
   */
  static final Duration RESEND = Duration.ofSeconds(2);

  final UdpClient client;
  final UdpClients clients;
  final UdpFamily family;
  final UdpExit exit;
  private final Shard shard;
  private final UdpBatch batch;
  private final UdpUnanswered unanswered;
  private final RouteCounters counters;
  private final Ticket ticket;
  private final long startedNanos;

  // Shard loop only, all below. Null before the first endpoint alone.
  private @Nullable UdpUpstream upstream;
  private long lastMoveNanos;
  private long asked;
  private long answers;
  private final UdpUnanswered.Place last = new UdpUnanswered.Place();
  private boolean notTransparent;
  // While another agent is asked for the task; null once the way is there.
  private @Nullable UdpWaiting waiting;
  private boolean hasBegun;
  private boolean over;
  // By which the client was let in.
  private Access access;

  private UdpSession(
      UdpClients clients,
      UdpFamily family,
      UdpExit exit,
      Shard shard,
      UdpClient client,
      Ticket ticket,
      long nowNanos) {
    this.clients = clients;
    this.family = family;
    this.exit = exit;
    this.shard = shard;
    this.client = client;
    batch = family.batch;
    unanswered = shard.udp().unanswered;
    counters = clients.served().counters;
    this.ticket = ticket;
    access = clients.served().route.policy().access();
    startedNanos = nowNanos;
  }

  /**
   * Begins a session, or returns null if there is no endpoint to be had.
   *
   * @param exit by which answers leave until the session ends, or does not begin
   * @param ticket what counts the client for as long
   */
  static @Nullable UdpSession begin(
      UdpClients clients,
      UdpFamily family,
      UdpExit exit,
      Shard shard,
      UdpClient client,
      Ticket ticket,
      long nowNanos) {
    UdpSession session = new UdpSession(clients, family, exit, shard, client, ticket, nowNanos);
    Tried tried = new Tried();
    UdpUpstream first = UdpUpstream.open(session, shard, clients.served(), tried);
    if (first == null) {
      session.counters.connections(session.refusal(tried)).increment();
      ticket.leave();
      exit.leave();
      return null;
    }
    session.upstream = first;
    shard.clock().start(clients.served().limits.udpIdleTimeoutNanos(), session);
    session.lastMoveNanos = shard.clock().coarseNanoTime();
    session.goOn();
    return session;
  }

  private ConnectionResult refusal(Tried tried) {
    if (notTransparent) {
      return ConnectionResult.NOT_TRANSPARENT;
    }
    return tried.isEmpty() ? ConnectionResult.NO_ENDPOINT : ConnectionResult.REFUSED;
  }

  /** A task was passed over because it could not see the client's own address. */
  void onNotTransparent() {
    notTransparent = true;
  }

  /** Whether it belongs to the route as it is counted now. */
  boolean isOf(ServedRoute served) {
    return counters == served.counters;
  }

  /** Whether its client may still come; asked only where that may be another answer than before. */
  boolean mayStay(ServedRoute served) {
    Access now = served.route.policy().access();
    boolean may = now.equals(access) || Entrance.mayStay(served, client);
    access = may ? now : access;
    return may;
  }

  boolean isOver() {
    return over;
  }

  private UdpUpstream upstream() {
    return Objects.requireNonNull(upstream);
  }

  // --- from the client to the task ---

  /** Sends what the batch holds for the task, or keeps it until there is a way. */
  void forward(int count) {
    boolean waits = waiting != null;
    if (waiting != null) {
      waiting.keep(batch, 0, count);
    }
    if (hasToLeave(clients.served()) && !renew()) {
      replaceOrEnd(new Tried());
    }
    lastMoveNanos = shard.clock().coarseNanoTime();
    if (!waits) {
      send(count);
    }
  }

  private boolean hasToLeave(ServedRoute served) {
    return upstream().hasEnded() || (!upstream().follow(served) && !staysWithLast(served));
  }

  private void send(int count) {
    boolean mayReplace = true;
    int from = 0;
    while (!over && from < count) {
      if (waiting != null) {
        waiting.keep(batch, from, count);
        return;
      }
      int sent = upstream().send(batch, from, count - from, counters);
      if (sent > 0) {
        countForwarded(from, sent);
        from += sent;
        continue;
      }
      switch (UdpFailure.of(sent)) {
        case INTERRUPTED -> {}
        case NOT_NOW -> {
          counters.datagramsIn(DatagramResult.CONGESTED).add(count - from);
          return;
        }
        case TOO_LONG -> {
          counters.datagramsIn(DatagramResult.TOO_LONG).increment();
          from++;
        }
        case GONE -> {
          // What met the error was not sent: it goes to the next endpoint, but not to a third.
          if (!mayReplace) {
            counters.datagramsIn(DatagramResult.REFUSED).increment();
            from++;
          }
          mayReplace = false;
          onUpstreamGone();
        }
      }
    }
    if (over) {
      counters.datagramsIn(DatagramResult.REFUSED).add(count - from);
    }
  }

  private void countForwarded(int from, int count) {
    long bytes = 0;
    for (int i = from; i < from + count; i++) {
      bytes += batch.lengthToTask(i);
    }
    batch.keepUnanswered(from + count - 1, unanswered, last);
    asked += count;
    counters.datagramsIn(DatagramResult.PASSED).add(count);
    counters.bytesIn.add(bytes);
    upstream().counters.bytesIn.add(bytes);
  }

  // --- from the task to the client ---

  /** Passes on what one call receives; epoll tells again if there is more. */
  void receive() {
    if (over) {
      return;
    }
    try {
      int received = family.answers.receive(this, upstream().fd, asked - answers == 1);
      if (received > 0) {
        onAnswered(received);
      } else if (UdpFailure.of(received) == UdpFailure.GONE) {
        onUpstreamGone();
      } else {
        // A datagram that was too long stays in the error queue, and epoll tells of it for ever.
        family.answers.dropError(upstream().fd);
      }
    } catch (RuntimeException e) {
      breakOff(e);
    }
  }

  /** Thrown on, it would stall the whole loop for a second. */
  void breakOff(RuntimeException e) {
    LOG.warn("{}: session broke off", clients.served().route.port(), e);
    end(CloseCause.AGENT_STOPPED);
  }

  private void onAnswered(int count) {
    lastMoveNanos = shard.clock().coarseNanoTime();
    if (answers == 0) {
      counters.firstByte.recordNanos(shard.clock().nanoTime() - startedNanos);
    }
    answers += count;
    last.forget();
    endIfAnswered();
  }

  /** An answer was sent to the client, or was not. */
  void onSent(DatagramResult result, int bytes) {
    counters.datagramsOut(result).increment();
    if (result == DatagramResult.PASSED) {
      counters.bytesOut.add(bytes);
      upstream().counters.bytesOut.add(bytes);
    }
  }

  /** Where so many answers are expected to each datagram, the last one is the session's end. */
  private void endIfAnswered() {
    int expected = clients.served().route.policy().udpResponses();
    if (expected > 0 && answers >= asked * expected) {
      end(CloseCause.FINISHED);
    }
  }

  // --- another endpoint ---

  /**
   * The route has changed: goes over to another endpoint if its own is gone and another is there. A
   * task that drains may still answer: from that one a session goes with its next datagram.
   */
  void follow() {
    ServedRoute served = clients.served();
    try {
      if (!over && isOf(served) && upstream().isGoneFrom(served)) {
        replace(new Tried());
      }
    } catch (RuntimeException e) {
      breakOff(e);
    }
  }

  /** A task that is to stop still answers, which is better than none. */
  private boolean staysWithLast(ServedRoute served) {
    return served.route.endpoints().isEmpty() && upstream().drainsIn(served);
  }

  /** The endpoint's task is not there. */
  void onUpstreamGone() {
    Tried tried = new Tried();
    upstream().counters.connectFailures.increment();
    upstream().exclude(clients.served(), tried);
    replaceOrEnd(tried);
  }

  /** The other agent has not taken the session: another endpoint gets what waits. */
  void onNotTaken(ConnectionResult why) {
    UdpWaiting kept = Objects.requireNonNull(waiting);
    Tried tried = kept.onNotTaken(why, clients.served());
    upstream().exclude(clients.served(), tried);
    if (kept.mayTry(shard.config().connectAttempts())) {
      replaceOrEnd(tried);
    } else {
      end(CloseCause.TASK_RESET);
    }
  }

  /**
   * The other agent's end of the session is over: it was idle for longer than that one waits, or
   * that one stops. Without anything to be answered, the client's next datagram is soon enough.
   */
  void onUpstreamEnded() {
    if (unanswered.has(last) && !renew()) {
      replace(new Tried());
    }
  }

  /**
   * Goes on with the same task, if that can be: by the way that leads to it now, or through another
   * agent that had ended its part and is asked anew.
   */
  private boolean renew() {
    return moveTo(upstream().again(clients.served()));
  }

  private void replaceOrEnd(Tried tried) {
    if (!replace(tried)) {
      end(CloseCause.TASK_RESET);
    }
  }

  /** Goes over to another endpoint, along with what the last one left unanswered. */
  private boolean replace(Tried tried) {
    return moveTo(UdpUpstream.open(this, shard, clients.served(), tried));
  }

  private boolean moveTo(@Nullable UdpUpstream next) {
    if (next == null) {
      return false;
    }
    counters.connectRetries.increment();
    upstream().retire();
    upstream = next;
    if (shard.clock().nanoTime() - lastMoveNanos >= RESEND.toNanos()) {
      last.forget();
    }
    goOn();
    return true;
  }

  /** With another endpoint: at once, or when the agent on its node has answered. */
  private void goOn() {
    if (upstream().isOpen()) {
      onOpen();
    } else if (waiting == null) {
      waiting = new UdpWaiting(counters);
    }
  }

  /** Datagrams can be sent: what was not answered elsewhere first, and then what waits. */
  void onOpen() {
    if (!hasBegun) {
      hasBegun = true;
      counters.connections(ConnectionResult.OK).increment();
    }
    upstream().sendAgain(unanswered, last);
    last.forget();
    UdpWaiting kept = waiting;
    if (kept != null) {
      waiting = null;
      send(kept.load(batch));
    }
  }

  // --- the end ---

  @Override
  void onExpired(long nowNanos) {
    long idleNanos = nowNanos - lastMoveNanos;
    long limitNanos = clients.served().limits.udpIdleTimeoutNanos();
    if (idleNanos >= limitNanos) {
      end(CloseCause.IDLE);
    } else if (isPastDue(nowNanos, shard.admission().restraint())) {
      end(CloseCause.OVERLOAD);
    } else {
      shard.clock().start(limitNanos - idleNanos, this);
    }
  }

  @Override
  boolean isPastDue(long nowNanos, Restraint restraint) {
    long limitNanos = clients.served().limits.udpIdleTimeoutNanos();
    return nowNanos - lastMoveNanos >= restraint.shorten(limitNanos);
  }

  @Override
  void abandon() {
    end(CloseCause.AGENT_STOPPED);
  }

  void end(CloseCause cause) {
    if (over) {
      return;
    }
    over = true;
    shard.clock().stop(this);
    clients.remove(this);
    shard.udp().ended();
    ticket.leave();
    exit.leave();
    upstream().retire();
    if (waiting != null) {
      waiting.drop();
    }
    if (hasBegun) {
      counters.closes(cause).increment();
      counters.duration.recordNanos(shard.clock().nanoTime() - startedNanos);
    } else {
      counters.connections(Objects.requireNonNull(waiting).failure()).increment();
    }
  }
}
