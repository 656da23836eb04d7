package io.tidegate.proxy;

import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.overload.Restraint;
import io.tidegate.routing.Access;
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
final class UdpSession extends UdpUpstreams implements UdpParty {

  private static final Logger LOG = LoggerFactory.getLogger(UdpSession.class);

  private final UdpExit exit;
  private final UdpBatch batch;
  private final Ticket ticket;
  private final long startedNanos;

  // Shard loop only, all below.
  private long asked;
  private long answers;
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
    super(clients, family, shard, client);
    this.exit = exit;
    batch = family.batch;
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
    ConnectionResult refusal = session.findFirst();
    if (refusal != null) {
      session.counters.connections(refusal).increment();
      ticket.leave();
      exit.leave();
      return null;
    }
    shard.clock().start(clients.served().limits.udpIdleTimeoutNanos(), session);
    session.lastMoveNanos = shard.clock().coarseNanoTime();
    session.goOn();
    return session;
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

  /**
   * The route has changed: goes over to another endpoint if its own is gone and another is there. A
   * task that drains may still answer: from that one a session goes with its next datagram.
   */
  void follow() {
    ServedRoute served = clients.served();
    try {
      if (!over && isOf(served)) {
        leaveWhatIsGone(served);
      }
    } catch (RuntimeException e) {
      breakOff(e);
    }
  }

  boolean isOver() {
    return over;
  }

  // --- from the client to the task ---

  /** Sends what the batch holds for the task, or keeps it until there is a way. */
  @Override
  public void forward(int count) {
    boolean waits = waiting != null;
    if (waiting != null) {
      waiting.keep(batch, 0, count);
    }
    leaveWhatTakesNoMore();
    lastMoveNanos = shard.clock().coarseNanoTime();
    if (!waits) {
      send(count);
    }
  }

  @Override
  void send(int count) {
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
  @Override
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
  @Override
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
    wasRefused = false;
    last.forget();
    endIfAnswered();
  }

  @Override
  public UdpClient client() {
    return client;
  }

  @Override
  public UdpExit exit() {
    return exit;
  }

  @Override
  public void onSent(DatagramResult result, int bytes) {
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

  @Override
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
