package io.tidegate.proxy;

import io.tidegate.balance.Tried;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.RouteCounters;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The upstreams of one UDP session, one after the other: the one at hand, what leads to another,
 * and what that one gets first. A part of the session rather than an object beside it: there is one
 * per client.
 */
abstract class UdpUpstreams extends Timer {

  /**
   * How long an unanswered datagram may be sent once more: as long as any node may take to learn
   * that a task has died. A client that asks again before that is answered once, as only the last
   * datagram goes.
   */
  static final Duration RESEND = Duration.ofSeconds(2);

  final Shard shard;
  final UdpClient client;
  final UdpClients clients;
  final UdpFamily family;
  final RouteCounters counters;
  final UdpUnanswered unanswered;
  // The client's last datagram, unless it was answered.
  final UdpUnanswered.Place last = new UdpUnanswered.Place();

  // Shard loop only, all below. Null before the first endpoint alone.
  private @Nullable UdpUpstream upstream;
  // While another agent is asked for the task; null once the way is there.
  @Nullable UdpWaiting waiting;
  boolean hasBegun;
  // A task was not there, and none has answered since.
  boolean wasRefused;
  long lastMoveNanos;
  private boolean notTransparent;

  UdpUpstreams(UdpClients clients, UdpFamily family, Shard shard, UdpClient client) {
    this.clients = clients;
    this.family = family;
    this.shard = shard;
    this.client = client;
    unanswered = shard.udp().unanswered;
    counters = clients.served().counters;
  }

  // --- the session ---

  /** Sends what the batch holds for the task. */
  abstract void send(int count);

  /** Passes on what the task has said. */
  abstract void receive();

  /** Ends the session, which something unforeseen has happened to. */
  abstract void breakOff(RuntimeException e);

  abstract void end(CloseCause cause);

  // --- the one at hand ---

  /** Picks the first endpoint; returns why there is none, or null. */
  final @Nullable ConnectionResult findFirst() {
    Tried tried = new Tried();
    upstream = UdpUpstream.open(this, shard, clients.served(), tried);
    return upstream == null ? refusal(tried) : null;
  }

  private ConnectionResult refusal(Tried tried) {
    if (notTransparent) {
      return ConnectionResult.NOT_TRANSPARENT;
    }
    return tried.isEmpty() ? ConnectionResult.NO_ENDPOINT : ConnectionResult.REFUSED;
  }

  /** A task was passed over because it could not see the client's own address. */
  final void onNotTransparent() {
    notTransparent = true;
  }

  final UdpUpstream upstream() {
    return Objects.requireNonNull(upstream);
  }

  /** With another endpoint: at once, or when the agent on its node has answered. */
  final void goOn() {
    if (upstream().isOpen()) {
      onOpen();
    } else if (waiting == null) {
      waiting = new UdpWaiting(counters);
    }
  }

  /** Datagrams can be sent: what was not answered elsewhere first, and then what waits. */
  final void onOpen() {
    if (!hasBegun) {
      hasBegun = true;
      counters.connections(ConnectionResult.OK).increment();
    }
    upstream().sendAgain(unanswered, last);
    last.forget();
    UdpWaiting kept = waiting;
    if (kept != null) {
      waiting = null;
      send(kept.load(family.batch));
    }
  }

  // --- another one ---

  /**
   * Goes over to another endpoint, if one is there, where a newer table has its own no more. One
   * that seems out of reach may be back before the client's next datagram, but does not answer the
   * last.
   */
  final void leaveWhatIsGone(ServedRoute served) {
    if (upstream().isGoneFrom(served)
        || (unanswered.has(last) && upstream().isOutOfReachIn(served))) {
      replace(new Tried());
    }
  }

  /** The client has sent something: the endpoint that gets it must be one that may. */
  final void leaveWhatTakesNoMore() {
    ServedRoute served = clients.served();
    boolean mustLeave =
        upstream().hasEnded() || (!upstream().follow(served) && !staysWithLast(served));
    if (mustLeave && !renew()) {
      replaceOrEnd(new Tried());
    }
  }

  /** A task that is to stop still answers, which is better than none. */
  private boolean staysWithLast(ServedRoute served) {
    return served.route.endpoints().isEmpty() && upstream().drainsIn(served);
  }

  /** The endpoint's task is not there. */
  final void onUpstreamGone() {
    Tried tried = new Tried();
    upstream().counters.connectFailures.increment();
    upstream().exclude(clients.served(), tried);
    boolean isRefused = wasRefused && clients.tellsRefusals();
    wasRefused = true;
    if (isRefused || !replace(tried)) {
      clients.refuse(client);
      end(CloseCause.TASK_RESET);
    }
  }

  /** The other agent has not taken the session: another endpoint gets what waits. */
  final void onNotTaken(ConnectionResult why) {
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
  final void onUpstreamEnded() {
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
}
