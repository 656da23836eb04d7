package io.tidegate.agent.peer;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Says what it is told to everyone that follows, be it right or wrong. */
final class FakePublisher implements AutoCloseable {

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Server server;
  private final List<byte[]> messages;

  FakePublisher(LiveIdentity identity, PeerCheck check, List<byte[]> messages) throws IOException {
    this.messages = messages;
    this.server =
        NettyServerBuilder.forAddress(PeerNodes.loopback(0))
            .channelType(EpollServerSocketChannel.class)
            .bossEventLoopGroup(group)
            .workerEventLoopGroup(group)
            .sslContext(PeerTls.server(identity, check))
            .directExecutor()
            .addService(
                ServerServiceDefinition.builder(PeerMethods.SERVICE)
                    .addMethod(PeerMethods.FOLLOW, this::onCall)
                    .build())
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  private ServerCall.Listener<byte[]> onCall(ServerCall<byte[], byte[]> call, Metadata headers) {
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        call.sendHeaders(new Metadata());
        messages.forEach(call::sendMessage);
      }
    };
  }

  @Override
  public void close() {
    server.shutdownNow();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
