package io.tidegate.proxy;

import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Endpoint;
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
    SockAddr address = new SockAddr(Objects.requireNonNull(endpoint.address()), Arena.ofAuto());
    String namespace = endpoint.reach().namespace();
    TcpSocket socket =
        namespace == null
            ? TcpSocket.open(address.isIpv6())
            : new TcpSocket(shard.upstreamSockets().openStream(namespace, address.isIpv6()));
    RelayHalf half = new RelayHalf(socket, this, false);
    upstream = half;
    boolean isConnected = half.socket.connect(address);
    half.register(shard, isConnected);
    if (isConnected) {
      end(Result.ANSWERED);
    } else {
      shard.clock().start(shard.config().connectTimeout(), this);
    }
  }

  @Override
  public void onReady(RelayHalf half) {
    if (half != upstream || !half.isWritable()) {
      return;
    }
    try {
      if (half.hasFailed()) {
        half.socket.checkConnected();
      }
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
