package io.tidegate.proxy;

import io.tidegate.balance.Picker;
import io.tidegate.header.HopAnswer;
import io.tidegate.header.HopHeader;
import io.tidegate.kernel.Errno;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Reach;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a client that another agent passes on to a relay: connects to the one task that was asked
 * for, if it is on this node, and to no other, whatever its address may be by now: that is looked
 * at once more when it has answered ({@link HopHome}). The other agent hears how that ended, and
 * tries another task where it must.
 */
final class HopDial extends Connects {

  private static final Logger LOG = LoggerFactory.getLogger(HopDial.class);

  private final RelayHalf caller;
  private final int askedPort;
  private final long askedNanos;
  private HopAnswer refusal = HopAnswer.TASK_REFUSED;

  private HopDial(Shard shard, ServedRoute served, RelayHalf caller, HopHeader asked) {
    super(shard, served, asked.ends());
    this.caller = caller;
    askedPort = asked.publishedPort();
    askedNanos = shard.clock().nanoTime();
    caller.handOver(this);
  }

  /**
   * Begins for a connection of another agent that counts as a client already.
   *
   * @param served of the port that was asked for, or null if there is none
   */
  static void begin(Shard shard, @Nullable ServedRoute served, RelayHalf caller, HopHeader asked) {
    int index = served == null ? Picker.NONE : indexOf(served, asked);
    if (served == null || index == Picker.NONE) {
      refuse(shard, caller, HopAnswer.NO_SUCH_TASK);
    } else if (HopHome.isUnknown(served.endpoint(index))) {
      refuse(shard, caller, HopAnswer.HOME_UNKNOWN);
    } else {
      new HopDial(shard, served, caller, asked).begin(index);
    }
  }

  /** Where the task that is asked for is in a route, if it is on this node. */
  static int indexOf(ServedRoute served, HopHeader asked) {
    if (!served.route.serviceId().equals(asked.serviceId())) {
      return Picker.NONE;
    }
    List<Endpoint> endpoints = served.route.endpoints();
    for (int i = 0; i < endpoints.size(); i++) {
      Endpoint endpoint = endpoints.get(i);
      if (endpoint.taskId().equals(asked.taskId())) {
        return endpoint.reach().kind() == Reach.Kind.LOCAL ? i : Picker.NONE;
      }
    }
    return Picker.NONE;
  }

  @Override
  int askedPort() {
    return askedPort;
  }

  private void begin(int local) {
    index = local;
    try {
      boolean connected = connect();
      shard.clock().start(served.limits.connectTimeout(), this);
      if (connected) {
        connected();
      }
    } catch (IOException e) {
      if (!isOpen() && Errno.isExhausted(e)) {
        refusal = HopAnswer.BUSY;
        leave();
        refuse();
      } else {
        onFailed(e);
      }
    }
  }

  @Override
  public void onReady(RelayHalf half) {
    if (half.equals(caller)) {
      if (half.hasPeerEnded() || half.hasFailed()) {
        abandon();
      }
      return;
    }
    if (!half.isWritable() || !isUnderWay(half)) {
      return;
    }
    try {
      half.checkArrived();
      connected();
    } catch (IOException e) {
      onFailed(e);
    }
  }

  private void connected() {
    HopAnswer doubt = HopHome.doubt(shard, served.endpoint(index));
    if (doubt == null) {
      take();
    } else {
      onStrayed(doubt);
    }
  }

  /** Whoever was connected to gets a reset, and has got nothing else. */
  private void onStrayed(HopAnswer why) {
    refusal = why;
    shard.reset(win());
    fail(new IOException("connected, but its address is not known to be its own"));
    refuse();
  }

  private void take() {
    byte[] header = introduces() ? shard.introductions().of(served, index, ends) : null;
    RelayHalf upstream = win();
    shard.clock().stop(this);
    countAnswer();
    served.counters.connect.recordNanos(shard.clock().nanoTime() - askedNanos);
    shard.counters().of(ShardCounter.HOPS_TAKEN).increment();
    tell(shard, caller, HopAnswer.TAKEN.code());
    Relay relay = new Relay(shard, served, index, caller, upstream, askedNanos, Ticket.UNLIMITED);
    if (header == null) {
      relay.begin(null, 0);
    } else {
      relay.begin(shard.keepBehind(header, null), header.length);
    }
  }

  private void onFailed(IOException e) {
    refusal =
        e instanceof NotTransparentException ? HopAnswer.NOT_TRANSPARENT : HopAnswer.TASK_REFUSED;
    fail(e);
    refuse();
  }

  @Override
  void onExpired(long nowNanos) {
    failAllSilent();
    refusal = HopAnswer.TASK_SILENT;
    refuse();
  }

  private void refuse() {
    served.counters.connections(failure).increment();
    refuse(shard, caller, refusal);
  }

  /** Tells why nothing comes of a connection that counts as a client, and ends it. */
  static void refuse(Shard shard, RelayHalf caller, HopAnswer why) {
    shard.counters().of(ShardCounter.HOPS_REFUSED).increment();
    tell(shard, caller, why.code());
    shard.admission().clientLeft();
    shard.retire(caller);
  }

  /** Tells a caller something, which is there to be read or is gone. */
  static void tell(Shard shard, RelayHalf caller, byte... answer) {
    shard.buffer().put(0, answer);
    try {
      caller.socket.writeAddress(shard.bufferAddress(), 0, answer.length);
    } catch (IOException e) {
      LOG.debug("hops: whoever has asked is gone: {}", e.getMessage());
    }
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: a dial for another node broke off", served.route.port(), e);
    abandon();
  }

  @Override
  void abandon() {
    shard.clock().stop(this);
    leave();
    refusal = HopAnswer.BUSY;
    refuse();
  }
}
