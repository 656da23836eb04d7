package io.tidegate.agent.peer;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.source.Backoff;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one other agent says of where it takes clients, over one connection after the other. What it
 * said last holds for a while without any: agents are replaced while clients come. For the seeker's
 * event loop.
 */
final class HopStream extends ClientCall.Listener<byte[]> {

  private static final Logger LOG = LoggerFactory.getLogger(HopStream.class);

  private static final String AUTHORITY = "swarm-node";
  private static final int MAX_MESSAGE_BYTES = 1_024;
  private static final int CONNECT_MILLIS = 2_000;
  static final int KEEP_ALIVE_SECONDS = 10;
  private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 5;

  /** For so long the other agent may be away. */
  static final Duration HOLD = Duration.ofSeconds(10);

  private final String nodeId;
  private final InetSocketAddress target;
  private final LiveIdentity identity;
  private final PeerCheck check;
  private final Refusals refusals;
  private final EventLoop loop;
  private final Random random;
  private final BiConsumer<String, @Nullable HopTerms> sink;
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private @Nullable ManagedChannel channel;
  private @Nullable ClientCall<byte[], byte[]> call;
  private @Nullable Future<?> forgetting;
  private String complaint = "";
  private boolean closed;

  /**
   * @param sink gets what the node says, null where it takes no clients
   */
  HopStream(
      String nodeId,
      InetSocketAddress target,
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      EventLoop loop,
      Random random,
      BiConsumer<String, @Nullable HopTerms> sink) {
    this.nodeId = nodeId;
    this.target = target;
    this.identity = identity;
    this.check = check;
    this.refusals = refusals;
    this.loop = loop;
    this.random = random;
    this.sink = sink;
  }

  InetSocketAddress target() {
    return target;
  }

  void open() {
    if (closed) {
      return;
    }
    try {
      ManagedChannel opened = channel();
      channel = opened;
      ClientCall<byte[], byte[]> begun = opened.newCall(PeerMethods.HOP, CallOptions.DEFAULT);
      call = begun;
      begun.start(this, new Metadata());
      begun.sendMessage(PeerProtocol.Hop.getDefaultInstance().toByteArray());
      begun.halfClose();
      begun.request(1);
    } catch (SSLException e) {
      onEnd("TLS: " + e.getMessage());
    }
  }

  private ManagedChannel channel() throws SSLException {
    return NettyChannelBuilder.forAddress(target)
        .channelType(EpollSocketChannel.class, InetSocketAddress.class)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .eventLoopGroup(loop)
        .sslContext(PeerTls.client(identity, check.trustManager()))
        .overrideAuthority(AUTHORITY)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .executor(loop)
        .disableRetry()
        .build();
  }

  @Override
  public void onMessage(byte[] message) {
    ClientCall<byte[], byte[]> current = call;
    if (closed || current == null) {
      return;
    }
    try {
      checkIsAsked(check.checkNode(PeerTls.certificate(current.getAttributes())));
      HopTerms terms = HopTerms.read(message, target.getAddress());
      backoff.onSuccess();
      complaint = "";
      keep();
      sink.accept(nodeId, terms);
      current.request(1);
    } catch (RefusedException e) {
      refusals.add(nodeId + " at " + target, e);
      current.cancel(e.getMessage(), e);
    }
  }

  /** A key is for the node that gave it: another one at its address must not be taken for it. */
  private void checkIsAsked(NodeName name) throws RefusedException {
    if (!name.nodeId().equals(nodeId)) {
      throw new RefusedException(Refusal.NO_NODE, name + " (expected: node " + nodeId + ")");
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    onEnd(Failures.text(status));
  }

  private void onEnd(String why) {
    shutdown();
    if (closed) {
      return;
    }
    if (!why.equals(complaint)) {
      complaint = why;
      LOG.info("hops: {} at {} does not say where it takes clients: {}", nodeId, target, why);
    }
    if (forgetting == null) {
      forgetting = loop.schedule(this::forget, HOLD.toMillis(), TimeUnit.MILLISECONDS);
    }
    long pauseMillis = backoff.next(random.nextDouble()).toMillis();
    var _ = loop.schedule(this::open, pauseMillis, TimeUnit.MILLISECONDS);
  }

  private void keep() {
    if (forgetting != null) {
      forgetting.cancel(false);
      forgetting = null;
    }
  }

  private void forget() {
    if (!closed) {
      sink.accept(nodeId, null);
    }
  }

  private void shutdown() {
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
  }

  void close() {
    closed = true;
    keep();
    shutdown();
  }
}
