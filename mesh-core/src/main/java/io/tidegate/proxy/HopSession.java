package io.tidegate.proxy;

import io.tidegate.balance.EndpointLoad;
import io.tidegate.header.Ends;
import io.tidegate.header.HopAnswer;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.DatagramResult;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.overload.Restraint;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP session that another agent has passed on to a task of this node. Its datagrams come by the
 * socket of all such sessions, and go to the task by one of its own, as they are; the connection by
 * which it was asked for stays open, and whichever of the two sides is gone ends it. That the task
 * is gone is told by a reset.
 */
final class HopSession extends Timer implements RelayHalf.Owner, UdpParty {

  private static final Logger LOG = LoggerFactory.getLogger(HopSession.class);

  private final Shard shard;
  private final RelayHalf caller;
  private final PublishedPort port;
  private final Endpoint endpoint;
  private final RouteCounters counters;
  private final EndpointCounters endpointCounters;
  private final EndpointLoad load;
  private final HopDatagrams datagrams;
  private final UdpClient agent;
  private final HopTask task;
  private final long askedNanos;

  // Shard loop only, all below. The route as it was looked at last.
  private ServedRoute served;
  private long lastMoveNanos;
  private long asked;
  private long answers;
  private boolean lingers;
  private boolean over;

  /**
   * @param agent whose datagrams are its own
   * @param toTask connected
   */
  HopSession(
      Shard shard,
      ServedRoute served,
      int index,
      RelayHalf caller,
      HopDatagrams datagrams,
      UdpClient agent,
      UdpSocket.ToTask toTask) {
    this.shard = shard;
    this.served = served;
    this.caller = caller;
    port = served.route.port();
    endpoint = served.endpoint(index);
    counters = served.counters;
    endpointCounters = served.countersOf(index);
    load = served.load(index);
    this.datagrams = datagrams;
    this.agent = agent;
    task = new HopTask(shard, toTask, datagrams.batch, this, counters, endpointCounters);
    askedNanos = shard.clock().nanoTime();
  }

  // --- the beginning ---

  /** The client's true ends are known here, and the task: only this agent can tell it. */
  void introduce(int index, @Nullable Ends ends) {
    if (task.introduces(served, index)) {
      task.introduction = shard.introductions().of(served, index, ends);
    }
  }

  /**
   * Tells that it is taken, and goes on from there.
   *
   * @throws IOException if its task cannot be heard; nothing is left open
   */
  void begin() throws IOException {
    try {
      task.watch();
    } catch (IOException e) {
      task.closeLater();
      throw e;
    }
    datagrams.enter(this);
    int udpPort = datagrams.port();
    caller.handOver(this);
    load.begin();
    endpointCounters.relays.increment();
    counters.connections(ConnectionResult.OK).increment();
    shard.counters().of(ShardCounter.HOPS_TAKEN).increment();
    shard.hops().enter(this);
    shard.clock().start(served.limits.udpIdleTimeoutNanos(), this);
    lastMoveNanos = shard.clock().coarseNanoTime();
    HopDial.tell(
        shard, caller, HopAnswer.TAKEN.code(), (byte) (udpPort >> Byte.SIZE), (byte) udpPort);
    // Its end may have been told along with its header, and is not told again.
    onReady(caller);
  }

  // --- datagrams ---

  /** Sends what the batch holds for the task. */
  @Override
  public void forward(int count) {
    if (over) {
      return;
    }
    if (follow()) {
      lastMoveNanos = shard.clock().coarseNanoTime();
      asked += count;
      task.send(count);
    } else {
      end(CloseCause.TASK_RESET);
    }
  }

  /** The task has something. */
  void onReadable() {
    if (over) {
      return;
    }
    try {
      if (follow()) {
        receive();
      } else {
        end(CloseCause.TASK_RESET);
      }
    } catch (RuntimeException e) {
      onBroken(e);
    }
  }

  /** Passes on what one call receives; epoll tells again if there is more. */
  private void receive() {
    UdpAnswers answering = datagrams.family.answers;
    int received = answering.receive(this, task.fd, asked - answers == 1);
    if (received > 0) {
      onAnswered(received);
    } else if (UdpFailure.of(received) == UdpFailure.GONE) {
      onGone();
    } else {
      // A datagram that was too long stays in the error queue, and epoll tells of it for ever.
      answering.dropError(task.fd);
    }
  }

  private void onAnswered(int count) {
    lastMoveNanos = shard.clock().coarseNanoTime();
    if (answers == 0) {
      counters.firstByte.recordNanos(shard.clock().nanoTime() - askedNanos);
    }
    answers += count;
  }

  @Override
  public UdpClient client() {
    return agent;
  }

  @Override
  public UdpExit exit() {
    return datagrams.exit();
  }

  @Override
  public void onSent(DatagramResult result, int bytes) {
    counters.datagramsOut(result).increment();
    if (result == DatagramResult.PASSED) {
      counters.bytesOut.add(bytes);
      endpointCounters.bytesOut.add(bytes);
    }
  }

  /** Whether the table in force has the task still, if only to stop. */
  private boolean follow() {
    ServedRoute now = shard.served().route(port);
    if (now == served) {
      return true;
    }
    if (now == null || now.counters != counters || !now.has(endpoint)) {
      return false;
    }
    served = now;
    return true;
  }

  // --- the end ---

  /** The task is not there. */
  void onGone() {
    end(CloseCause.TASK_RESET);
  }

  /** Something was told of the other agent's connection, which has nothing to say but its end. */
  @Override
  public void onReady(RelayHalf half) {
    if (half.hasFailed()) {
      end(CloseCause.CLIENT_RESET);
    } else if (half.hasPeerEnded()) {
      end(CloseCause.FINISHED);
    }
  }

  /** The shard drains: what is under way may still pass. */
  void linger() {
    if (!lingers) {
      lingers = true;
      shard.clock().stop(this);
      shard.clock().start(UdpClients.LINGER, this);
    }
  }

  @Override
  void onExpired(long nowNanos) {
    long idleNanos = nowNanos - lastMoveNanos;
    long limitNanos = served.limits.udpIdleTimeoutNanos();
    if (lingers) {
      end(CloseCause.FINISHED);
    } else if (!follow()) {
      end(CloseCause.TASK_RESET);
    } else if (idleNanos >= limitNanos) {
      end(CloseCause.IDLE);
    } else if (isPastDue(nowNanos, shard.admission().restraint())) {
      end(CloseCause.OVERLOAD);
    } else {
      shard.clock().start(limitNanos - idleNanos, this);
    }
  }

  @Override
  boolean isPastDue(long nowNanos, Restraint restraint) {
    return nowNanos - lastMoveNanos >= restraint.shorten(served.limits.udpIdleTimeoutNanos());
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: a session of another node's broke off", port, e);
    abandon();
  }

  @Override
  void abandon() {
    end(CloseCause.AGENT_STOPPED);
  }

  private void end(CloseCause cause) {
    if (over) {
      return;
    }
    over = true;
    shard.clock().stop(this);
    shard.hops().leave(this);
    shard.udp().ended();
    shard.admission().clientLeft();
    load.end();
    endpointCounters.ended.increment();
    datagrams.leave(this);
    task.closeLater();
    if (cause == CloseCause.TASK_RESET) {
      shard.reset(caller);
    } else {
      shard.retire(caller);
    }
    counters.closes(cause).increment();
    counters.duration.recordNanos(shard.clock().nanoTime() - askedNanos);
  }
}
