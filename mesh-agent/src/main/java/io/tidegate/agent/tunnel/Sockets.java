package io.tidegate.agent.tunnel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/** How the sockets of tunnels are set up and ended. */
final class Sockets {

  /** A node that answers takes a hundredth of this. */
  static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

  /**
   * An end of what the other side says ends nothing else; nothing is read before it is asked for.
   */
  static final Map<ChannelOption<?>, Object> INNER =
      Map.of(
          ChannelOption.TCP_NODELAY,
          true,
          ChannelOption.ALLOW_HALF_CLOSURE,
          true,
          ChannelOption.AUTO_READ,
          false);

  /** A node that is gone without a word is noticed within a quarter of a minute. */
  static final Map<ChannelOption<?>, Object> OUTER =
      Map.of(
          ChannelOption.TCP_NODELAY,
          true,
          ChannelOption.SO_KEEPALIVE,
          true,
          EpollChannelOption.TCP_KEEPIDLE,
          9,
          EpollChannelOption.TCP_KEEPINTVL,
          2,
          EpollChannelOption.TCP_KEEPCNT,
          3,
          EpollChannelOption.TCP_USER_TIMEOUT,
          15_000);

  private Sockets() {}

  /** What a connection is begun with. */
  static Bootstrap connecting(EventLoop loop, Map<ChannelOption<?>, Object> options) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_LIMIT.toMillis());
    options.forEach((option, value) -> set(bootstrap::option, option, value));
    return bootstrap;
  }

  /** What is listened with for connections that have these options. */
  static ServerBootstrap listening(EventLoopGroup group, Map<ChannelOption<?>, Object> options) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true);
    options.forEach((option, value) -> set(bootstrap::childOption, option, value));
    return bootstrap;
  }

  private interface Setter {
    <T> Object set(ChannelOption<T> option, T value);
  }

  @SuppressWarnings("unchecked")
  private static <T> void set(Setter setter, ChannelOption<T> option, Object value) {
    setter.set(option, (T) value);
  }

  /**
   * Listens.
   *
   * @throws IOException naming the address and why that is not possible
   */
  static Channel bind(ServerBootstrap bootstrap, InetSocketAddress address) throws IOException {
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(address + ": " + bound.cause().getMessage(), bound.cause());
    }
    return bound.channel();
  }

  /** Ends a connection at once: whoever is at the other end sees a reset, and no end. */
  static void reset(Channel channel) {
    // Netty keeps the number of a closed descriptor, which may be another's by now.
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException e) {
      // closed, or reset by the other
    }
    close(channel);
  }

  /** Ends a connection on which nothing more is said: a handler of TLS is not asked. */
  static void close(Channel channel) {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    var _ = first == null ? channel.close() : first.close();
  }
}
