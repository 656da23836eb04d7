package io.tidegate.agent.peer;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Publishes what this node, a manager, knows to all other nodes of the cluster. One event loop owns
 * the state and every subscription; each update is encoded once for all.
 */
public final class Publisher implements AutoCloseable {

  private static final int MAX_REQUEST_BYTES = 1_024;
  private static final int HANDSHAKE_SECONDS = 10;
  private static final int KEEP_ALIVE_SECONDS = 10;
  private static final int CLOSE_SECONDS = 5;

  private final PeerCheck check;
  private final Refusals refusals;
  private final PeerLimits limits;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("peer-publisher", true), EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Connections connections;
  private final Subscriptions subscriptions;
  private final Server server;
  private final Future<?> ticks;

  /**
   * Listens, and publishes nothing yet.
   *
   * @param startedAtMillis tells this run from all earlier ones of the same node
   * @throws IOException naming the address if it cannot be listened on
   */
  public Publisher(
      InetSocketAddress listen,
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      PeerLimits limits,
      long startedAtMillis)
      throws IOException {
    this.check = check;
    this.refusals = refusals;
    this.limits = limits;
    Epoch epoch = new Epoch(identity.name().nodeId(), startedAtMillis);
    this.connections = new Connections(refusals);
    this.subscriptions =
        new Subscriptions(
            check, refusals, connections, new Journal(new UpdateWriter(epoch, limits.partBytes())));
    this.server = listen(listen, identity);
    long tickMillis = limits.heartbeat().toMillis();
    this.ticks =
        loop.scheduleAtFixedRate(
            subscriptions::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
  }

  private Server listen(InetSocketAddress address, LiveIdentity identity) throws IOException {
    try {
      return NettyServerBuilder.forAddress(address)
          .channelFactory(connections::listener)
          .bossEventLoopGroup(group)
          .workerEventLoopGroup(group)
          .sslContext(PeerTls.server(identity, check))
          .directExecutor()
          .maxInboundMessageSize(MAX_REQUEST_BYTES)
          .maxConcurrentCallsPerConnection(1)
          .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
          .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
          .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
          .addService(
              ServerServiceDefinition.builder(FollowMethod.SERVICE)
                  .addMethod(FollowMethod.FOLLOW, this::onCall)
                  .build())
          .build()
          .start();
    } catch (IOException e) {
      endLoop();
      throw new IOException(address + ": " + e.getMessage(), e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.getPort();
  }

  /** How many nodes follow. From any thread. */
  public int subscribers() {
    return subscriptions.count();
  }

  /** Publishes a whole state: what is not in it is gone. From any thread. */
  public void publish(ClusterState state) {
    post(() -> subscriptions.publish(state));
  }

  /** Publishes changes to the state before; of no use before there was one. From any thread. */
  public void publish(Commit commit) {
    post(() -> subscriptions.publish(commit));
  }

  private void post(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // closed: nobody follows any more
    }
  }

  private ServerCall.Listener<byte[]> onCall(ServerCall<byte[], byte[]> call, Metadata headers) {
    try {
      NodeName name = check.checkNode(PeerTls.certificate(call.getAttributes()));
      call.request(1);
      return new CallListener(new Subscription(name, call, limits, System.nanoTime()));
    } catch (RefusedException e) {
      refusals.add(String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)), e);
      call.close(
          Status.PERMISSION_DENIED.withDescription("this node " + e.getMessage()), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  /** What becomes of one call. */
  private final class CallListener extends ServerCall.Listener<byte[]> {
    private final Subscription subscription;

    CallListener(Subscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public void onHalfClose() {
      subscriptions.add(subscription);
    }

    @Override
    public void onReady() {
      subscription.pump(System.nanoTime());
    }

    @Override
    public void onCancel() {
      subscriptions.remove(subscription);
    }
  }

  private void endLoop() {
    group
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** Ends every stream at once, and gives the address free. */
  @Override
  public void close() {
    ticks.cancel(false);
    server.shutdownNow();
    try {
      server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    endLoop();
  }
}
