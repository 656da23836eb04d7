package io.tidegate.proxy;

import io.netty.channel.ChannelException;
import io.tidegate.balance.EndpointLoad;
import io.tidegate.balance.Picker;
import io.tidegate.metrics.CloseCause;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.EndpointCounters;
import io.tidegate.metrics.RouteCounters;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.overload.Restraint;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP session that another agent has passed on to a task of this node. Datagrams go from one
 * connected socket to the other as they are; the connection by which it was asked for stays open,
 * and whichever of the two sides is gone ends it. That the task is gone is told by a reset.
 */
final class HopSession extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(HopSession.class);

  private final Shard shard;
  private final RelayHalf caller;
  private final PublishedPort port;
  private final Endpoint endpoint;
  private final RouteCounters counters;
  private final EndpointCounters endpointCounters;
  private final EndpointLoad load;
  private final HopSide agent;
  private final HopSide task;
  private final long askedNanos;

  // Shard loop only, all below. The route as it was looked at last.
  private ServedRoute served;
  private long lastMoveNanos;
  private boolean answered;
  private boolean lingers;
  private boolean over;

  private HopSession(
      Shard shard,
      ServedRoute served,
      int index,
      RelayHalf caller,
      UdpBatch batch,
      HopSockets sockets) {
    this.shard = shard;
    this.served = served;
    this.caller = caller;
    port = served.route.port();
    endpoint = served.endpoint(index);
    counters = served.counters;
    endpointCounters = served.countersOf(index);
    load = served.load(index);
    agent = new HopSide(shard, sockets.agent(), batch, this, counters, endpointCounters, false);
    task = new HopSide(shard, sockets.task(), batch, this, counters, endpointCounters, true);
    askedNanos = shard.clock().nanoTime();
  }

  // --- the beginning ---

  /**
   * Begins for a connection of another agent that counts as a client already.
   *
   * @param gate where that agent was heard
   */
  static void begin(Shard shard, HopGate gate, RelayHalf caller, HopHeader asked) {
    ServedRoute served =
        shard.served().routeOf(new PublishedPort(asked.publishedPort(), Protocol.UDP));
    int index = served == null ? Picker.NONE : HopDial.indexOf(served, asked);
    if (served == null || index == Picker.NONE) {
      HopDial.refuse(shard, caller, HopAnswer.NO_SUCH_TASK);
      return;
    }
    HopAnswer doubt = HopHome.doubt(shard, served.endpoint(index));
    if (doubt != null) {
      HopDial.refuse(shard, caller, doubt);
    } else if (!shard.udp().begin(shard.clock().nanoTime())) {
      HopDial.refuse(shard, caller, HopAnswer.BUSY);
    } else {
      begin(shard, gate, served, index, caller, asked);
    }
  }

  private static void begin(
      Shard shard, HopGate gate, ServedRoute served, int index, RelayHalf caller, HopHeader asked) {
    try {
      open(shard, gate, served, index, caller, asked).begin();
    } catch (NotTransparentException e) {
      shard.udp().ended();
      served.counters.connections(ConnectionResult.NOT_TRANSPARENT).increment();
      HopDial.refuse(shard, caller, HopAnswer.NOT_TRANSPARENT);
    } catch (IOException | ChannelException e) {
      LOG.debug("{}: {}: {}", served.route.port(), served.endpoint(index), e.getMessage());
      boolean isRefused = e instanceof IOException failed && !Errno.isExhausted(failed);
      shard.udp().ended();
      if (isRefused) {
        served.countersOf(index).connectFailures.increment();
      }
      served.counters.connections(ConnectionResult.REFUSED).increment();
      HopDial.refuse(shard, caller, isRefused ? HopAnswer.TASK_REFUSED : HopAnswer.BUSY);
    }
  }

  private static HopSession open(
      Shard shard, HopGate gate, ServedRoute served, int index, RelayHalf caller, HopHeader asked)
      throws IOException {
    UdpBatch batch = shard.udp().of(gate.address()).batch;
    HopSockets sockets = HopSockets.open(shard, gate, served, index, caller, asked, batch);
    HopSession session = new HopSession(shard, served, index, caller, batch, sockets);
    session.introduce(index, asked.ends());
    return session;
  }

  /** The client's true ends are known here, and the task: only this agent can tell it. */
  private void introduce(int index, @Nullable Ends ends) {
    if (task.introduces(served, index)) {
      task.introduction = shard.introductions().of(served, index, ends);
    }
  }

  private void begin() throws IOException {
    int udpPort = agent.socket.localAddress().getPort();
    try {
      agent.watch();
      task.watch();
    } catch (IOException e) {
      agent.closeLater();
      task.closeLater();
      throw e;
    }
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

  /** One of the sides has something. */
  void onReadable(HopSide from) {
    if (over) {
      return;
    }
    try {
      if (follow()) {
        from.passTo(from.equals(agent) ? task : agent);
      } else {
        end(CloseCause.TASK_RESET);
      }
    } catch (RuntimeException e) {
      onBroken(e);
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

  /** Datagrams were received that go to one of the sides. */
  void onMoved(HopSide to) {
    lastMoveNanos = shard.clock().coarseNanoTime();
    if (!answered && to.equals(agent)) {
      answered = true;
      counters.firstByte.recordNanos(shard.clock().nanoTime() - askedNanos);
    }
  }

  // --- the end ---

  /** Nobody is there at one of the sides. */
  void onGone(HopSide side) {
    end(side.equals(task) ? CloseCause.TASK_RESET : CloseCause.FINISHED);
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
    agent.closeLater();
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
