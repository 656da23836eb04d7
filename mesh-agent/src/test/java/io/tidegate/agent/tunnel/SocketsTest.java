package io.tidegate.agent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How sockets of tunnels end. */
class SocketsTest {

  private static final int LINGERS_AS_USUAL = -1;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<EpollSocketChannel> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(channel -> channel.close().syncUninterruptibly());
    group.shutdownGracefully().syncUninterruptibly();
  }

  /** The kernel gives the number of a closed descriptor to whoever opens the next one. */
  @Test
  void leavesASocketAloneThatHasTheNumberOfAClosedOne() {
    EpollSocketChannel closed = channel();
    int number = closed.fd().intValue();
    closed.close().syncUninterruptibly();
    EpollSocketChannel next = channel();
    while (next.fd().intValue() != number) {
      next = channel();
    }
    Sockets.reset(closed);
    assertThat(next.config().getSoLinger()).isEqualTo(LINGERS_AS_USUAL);
  }

  private EpollSocketChannel channel() {
    EpollSocketChannel made = new EpollSocketChannel();
    group.register(made).syncUninterruptibly();
    open.add(made);
    return made;
  }
}
