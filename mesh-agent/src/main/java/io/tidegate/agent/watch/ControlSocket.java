package io.tidegate.agent.watch;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** gRPC over TLS over a manager's Unix socket, with one event loop of its own. */
final class ControlSocket implements AutoCloseable {

  /** The name in every manager's certificate. */
  private static final String MANAGER = "swarm-manager";

  /**
   * The most that one answer or one commit may have. A manager that loads a snapshot tells all of
   * its objects in one commit.
   */
  static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final EventLoopGroup eventLoop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("swarm-watch", true), EpollIoHandler.newFactory());

  /**
   * A connection that is made with the first call. The certificates are read anew each time: they
   * change when the Swarm's root does.
   *
   * @throws WatchException if they cannot be used
   */
  ManagedChannel open(WatchConfig config, int maxMessageBytes) throws WatchException {
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(config.socket().toFile()))
        .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
        .eventLoopGroup(eventLoop)
        .sslContext(tls(config))
        .overrideAuthority(MANAGER)
        .maxInboundMessageSize(maxMessageBytes)
        .directExecutor()
        .disableRetry()
        .build();
  }

  private static SslContext tls(WatchConfig config) throws WatchException {
    try {
      return GrpcSslContexts.forClient().trustManager(config.rootCertificate().toFile()).build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new WatchException(config.rootCertificate() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
