package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tidegate.agent.identity.LiveIdentity;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReportLinksTest {

  @TempDir private Path dir;
  private PeerNodes nodes;
  private EventLoopGroup group;
  private ReportLinks links;
  private InetSocketAddress manager;
  private InetSocketAddress worker;

  @BeforeEach
  void open() throws Exception {
    nodes = new PeerNodes(dir);
    group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    LiveIdentity identity = nodes.identity("worker1");
    links = new ReportLinks(identity, nodes.check(identity), group.next());
    manager = PeerNodes.loopback(nodes.publisher("manager1").port());
    worker = PeerNodes.loopback(nodes.publisher("worker2").port());
  }

  @AfterEach
  void close() throws Exception {
    links.close();
    nodes.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void connectsToTheFirstTargetsBeforeThereIsAReport() throws Exception {
    links.tend(amongMany(manager), 0);

    assertThat(links.size()).isEqualTo(1);
    ManagedChannel channel = links.use(manager, 0);
    await().until(() -> channel.getState(false) == ConnectivityState.READY);
  }

  @Test
  void connectsToTheOthersWhereNoManagerIsKnown() throws Exception {
    links.tend(new Reporter.Targets(List.of(), List.of(worker)), 0);

    assertThat(links.size()).isEqualTo(1);
    ManagedChannel channel = links.use(worker, 0);
    await().until(() -> channel.getState(false) == ConnectivityState.READY);
  }

  @Test
  void closesWhatIsNoTargetAnyMore() throws Exception {
    links.tend(targets(manager), 0);
    ManagedChannel channel = links.use(manager, 0);

    links.tend(new Reporter.Targets(List.of(), List.of()), 1);

    assertThat(links.size()).isZero();
    assertThat(channel.isShutdown()).isTrue();
  }

  @Test
  void closesAnotherThatWasNotUsedForAMinute() throws Exception {
    ManagedChannel channel = links.use(worker, 0);

    links.tend(amongMany(manager), TimeUnit.SECONDS.toNanos(60));
    assertThat(channel.isShutdown()).isFalse();
    links.tend(amongMany(manager), TimeUnit.SECONDS.toNanos(61));

    assertThat(channel.isShutdown()).isTrue();
    assertThat(links.size()).isEqualTo(1);
  }

  @Test
  void connectsToFewOthersBesideAManager() throws Exception {
    links.tend(targets(manager), 0);

    assertThat(links.size()).isEqualTo(2);
    ManagedChannel channel = links.use(worker, 0);
    await().until(() -> channel.getState(false) == ConnectivityState.READY);
  }

  /** Seventeen others, of which one is there. */
  private Reporter.Targets amongMany(InetSocketAddress first) {
    List<InetSocketAddress> others = new ArrayList<>(List.of(worker));
    for (int port = 1; port <= 16; port++) {
      others.add(PeerNodes.loopback(port));
    }
    return new Reporter.Targets(List.of(first), others);
  }

  private Reporter.Targets targets(InetSocketAddress first) {
    return new Reporter.Targets(List.of(first), List.of(worker));
  }
}
