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
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * What other nodes ask of this one: to follow what it knows, if it is a manager, and to take note
 * of what they say of their own tasks. One event loop owns the state and every subscription; each
 * update is encoded once for all.
 */
public final class PeerServer implements AutoCloseable {

  static final int MAX_REQUEST_BYTES = 64 << 10;
  private static final int MAX_CALLS_PER_CONNECTION = 8;
  private static final int HANDSHAKE_SECONDS = 10;
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final int CLOSE_SECONDS = 5;

  private final PeerCheck check;
  private final Refusals refusals;
  private final PeerLimits limits;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("peer-server", true), EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final ReportSink reports;
  private final Connections connections;
  private final Subscriptions subscriptions;
  private final HopAudience hopAudience;
  private final Server server;
  private final Future<?> ticks;

  /**
   * Listens, and publishes nothing yet.
   *
   * @param startedAtMillis tells this run from all earlier ones of the same node
   * @throws IOException naming the address if it cannot be listened on
   */
  public PeerServer(
      InetSocketAddress listen,
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      PeerLimits limits,
      long startedAtMillis,
      ReportSink reports)
      throws IOException {
    this.reports = reports;
    this.check = check;
    this.refusals = refusals;
    this.limits = limits;
    Epoch epoch = new Epoch(identity.name().nodeId(), startedAtMillis);
    this.connections = new Connections(refusals);
    this.subscriptions =
        new Subscriptions(
            check::isMember,
            refusals,
            connections,
            new Journal(new UpdateWriter(epoch, limits.partBytes())),
            SystemNanoClock.INSTANCE);
    this.hopAudience = new HopAudience(check::isMember);
    this.server = listen(listen, identity);
    long tickMillis = limits.heartbeat().toMillis();
    this.ticks =
        loop.scheduleAtFixedRate(
            new Tick("peer server", this::tick), tickMillis, tickMillis, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    subscriptions.tick();
    hopAudience.dropFormerMembers();
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
          .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
          .addStreamTracerFactory(new OversizedWatch(refusals))
          .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
          // Who wants to hear at once that this agent is gone asks more often than gRPC expects.
          .permitKeepAliveTime(HopStream.KEEP_ALIVE_SECONDS / 2, TimeUnit.SECONDS)
          .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
          .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
          .addService(
              ServerServiceDefinition.builder(PeerMethods.SERVICE)
                  .addMethod(PeerMethods.FOLLOW, (call, headers) -> onCall(call, this::onFollow))
                  .addMethod(PeerMethods.REPORT, (call, headers) -> onCall(call, this::onReport))
                  .addMethod(PeerMethods.HOP, (call, headers) -> onCall(call, hopAudience::add))
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

  /** Publishes marks to all that follow now. From any thread. */
  public void mark(List<TaskMark> marks) {
    List<TaskMark> some = List.copyOf(marks);
    post(() -> subscriptions.mark(some));
  }

  /**
   * This node's manager is not heard any more: every stream ends, so that its node follows another,
   * and nothing is published until the next whole state. From any thread.
   */
  public void suspend() {
    post(subscriptions::suspend);
  }

  /**
   * Tells others where this node takes clients. From any thread.
   *
   * @param terms those for a node by its id, or null for none; asked on the server's event loop
   */
  public void takeClients(Function<String, @Nullable HopTerms> terms) {
    post(() -> hopAudience.tell(terms));
  }

  private void post(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // closed: nobody follows any more
    }
  }

  /** What to do with a call of a node that is let in. */
  private interface Method {
    ServerCall.Listener<byte[]> begin(NodeName name, ServerCall<byte[], byte[]> call);
  }

  private ServerCall.Listener<byte[]> onCall(ServerCall<byte[], byte[]> call, Method method) {
    try {
      NodeName name = check.checkNode(PeerTls.certificate(call.getAttributes()));
      call.request(1);
      return method.begin(name, call);
    } catch (RefusedException e) {
      refusals.add(String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)), e);
      call.close(
          Status.PERMISSION_DENIED.withDescription("this node " + e.getMessage()), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  private ServerCall.Listener<byte[]> onFollow(NodeName name, ServerCall<byte[], byte[]> call) {
    return new FollowListener(
        new Subscription(name, call, limits, System.nanoTime()), subscriptions);
  }

  private ServerCall.Listener<byte[]> onReport(NodeName name, ServerCall<byte[], byte[]> call) {
    return new ReportListener(name, call, refusals, reports);
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
