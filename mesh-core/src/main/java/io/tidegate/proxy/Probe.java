package io.tidegate.proxy;

import io.tidegate.kernel.SockAddr;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connect without a client, to see whether an endpoint answers; nothing is sent. */
final class Probe extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  private final Shard shard;
  private final ConnectStreaks streaks;
  private final String serviceId;
  private final Endpoint endpoint;
  private @Nullable RelayHalf upstream;

  private Probe(Shard shard, ConnectStreaks streaks, String serviceId, Endpoint endpoint) {
    this.shard = shard;
    this.streaks = streaks;
    this.serviceId = serviceId;
    this.endpoint = endpoint;
  }

  /** Begins one on the shard's loop. */
  static void begin(Shard shard, ConnectStreaks streaks, String serviceId, Endpoint endpoint) {
    Probe probe = new Probe(shard, streaks, serviceId, endpoint);
    try {
      probe.connect();
    } catch (IOException e) {
      probe.onFailed(e);
    }
  }

  private void connect() throws IOException {
    HopOffer hop = endpoint.reach().hop();
    boolean isConnected = hop == null ? connectToTask() : pass(hop);
    if (isConnected) {
      end(Result.ANSWERED);
    } else {
      shard.clock().start(shard.config().connectTimeout(), this);
    }
  }

  private boolean connectToTask() throws IOException {
    SockAddr address = new SockAddr(Objects.requireNonNull(endpoint.address()), Arena.ofAuto());
    RelayHalf half =
        new RelayHalf(
            shard.openSocket(endpoint.reach().namespace(), address.isIpv6()), this, false);
    upstream = half;
    boolean isConnected = half.socket.connect(address);
    half.register(shard, isConnected);
    return isConnected;
  }

  /** Has the agent of the task's node connect. */
  private boolean pass(HopOffer hop) throws IOException {
    HopHalf half = shard.hops().take(hop, this);
    upstream = half;
    half.ask(shard.hops().header(serviceId, endpoint, hop, null));
    return false;
  }

  @Override
  public void onReady(RelayHalf half) {
    if (!half.equals(upstream) || !half.isWritable() || half.isArriving()) {
      return;
    }
    try {
      half.checkArrived();
      end(Result.ANSWERED);
    } catch (IOException e) {
      onFailed(e);
    }
  }

  @Override
  void onExpired(long nowNanos) {
    end(Result.SILENT);
  }

  private void onFailed(IOException e) {
    Result result = ConnectStreaks.resultOf(e);
    if (result != null) {
      end(result);
    } else {
      // No fault of the endpoint's, and says nothing of it: whoever waits asks again.
      LOG.debug("probe of {} at {}: {}", endpoint.taskName(), endpoint.address(), e.getMessage());
      close();
    }
  }

  private void end(Result result) {
    close();
    streaks.onProbed(serviceId, endpoint, result);
  }

  private void close() {
    shard.clock().stop(this);
    if (upstream != null) {
      shard.retire(upstream);
      upstream = null;
    }
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("probe of {} at {} broke off", endpoint.taskName(), endpoint.address(), e);
    close();
  }

  @Override
  void abandon() {
    close();
  }
}
