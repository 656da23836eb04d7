package io.tidegate.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Status;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Against a control socket that misbehaves in every way that was seen or feared. */
class ManagerWatchTest {

  private static final int MAX_MESSAGE_BYTES = 1 << 20;
  private static final long WRITTEN_AT_NANOS = 1_700_000_000_000_000_005L;

  @TempDir static Path keys;
  private static TestCertificate certificate;

  @TempDir Path dir;
  private final BlockingQueue<WatchNews> news = new LinkedBlockingQueue<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private FakeManager manager;
  private ManagerWatch watch;
  private Thread thread;

  @BeforeAll
  static void makeCertificate() {
    certificate = TestCertificate.make(keys, "swarm-manager");
  }

  @BeforeEach
  void start() throws Exception {
    certificate.install(dir);
    manager = new FakeManager(dir.resolve("control.sock"), certificate);
    manager.list(List.of(service("s1", 3, "web")), List.of(task("t1", 5, 512, 512)));
    watch =
        new ManagerWatch(
            new WatchConfig(dir.resolve("control.sock"), dir),
            news::put,
            new Random(1),
            MAX_MESSAGE_BYTES);
    thread = Thread.ofVirtual().start(watch);
    log.start();
    logger().setLevel(Level.WARN);
    logger().setAdditive(false);
    logger().addAppender(log);
  }

  @AfterEach
  void stop() throws Exception {
    logger().detachAppender(log);
    logger().setAdditive(true);
    logger().setLevel(null);
    thread.interrupt();
    thread.join();
    manager.close();
  }

  @Test
  void listsEverythingAndThenTellsEachCommit() throws Exception {
    manager.listNodes(List.of(node(4)));
    manager.start();
    watch.onEngine(true, "29.7.2");

    WatchNews.Listed listed = take(WatchNews.Listed.class);
    manager.send(event(SwarmkitObjects.UPDATE, task("t1", 6, 512, 640)));

    assertThat(listed.state().services())
        .extracting(ClusterService::id, ClusterService::version, ClusterService::name)
        .containsExactly(tuple("s1", new Version(3, WRITTEN_AT_NANOS), "web"));
    ClusterService service = listed.state().services().getFirst();
    assertThat(service.labels()).isEqualTo(Map.of("tidegate.balance", "round-robin"));
    assertThat(service.virtualIps()).isEqualTo(Map.of("net", "10.0.0.5/24"));
    assertThat(service.stopGrace()).isEqualTo(Duration.ofMillis(90_500));
    assertThat(service.ports())
        .containsExactly(
            new ClusterService.Port(
                ClusterService.Protocol.UDP, 53, 5353, ClusterService.PublishMode.INGRESS));
    assertThat(listed.state().tasks())
        .containsExactly(
            new ClusterTask(
                "t1",
                new Version(5, WRITTEN_AT_NANOS),
                "s1",
                2,
                "n1",
                ClusterTask.State.RUNNING,
                ClusterTask.State.RUNNING,
                List.of(
                    new ClusterTask.Attachment("net", "ingress", true, List.of("10.0.0.8/24")))));
    assertThat(listed.state().nodes())
        .containsExactly(
            new ClusterNode(
                "n1",
                new Version(4, WRITTEN_AT_NANOS),
                "one",
                "192.0.2.1",
                ClusterNode.State.READY,
                ClusterNode.Availability.DRAIN,
                ClusterNode.Role.MANAGER,
                new ClusterNode.Facts(
                    "linux", "x86_64", Map.of("zone", "a"), Map.of("disk", "ssd"))));
    assertThat(take(WatchNews.Committed.class).commit().changes())
        .extracting(Commit.Change::id)
        .containsExactly("t1");
  }

  @Test
  void keepsTheChangesOfACommitTogether() throws Exception {
    manager.start();
    watch.onEngine(true, "29.7.2");
    take(WatchNews.Listed.class);

    manager.send(
        event(SwarmkitObjects.CREATE, task("t2", 7, 0, 512)).toBuilder()
            .mergeFrom(event(SwarmkitObjects.REMOVE, task("t1", 6, 640, 640)))
            .build());

    assertThat(take(WatchNews.Committed.class).commit().changes())
        .extracting(Commit.Change::id)
        .containsExactly("t2", "t1");
  }

  @Test
  void tellsWhatCameWhileItListedAfterTheList() throws Exception {
    manager.holdListing();
    manager.start();
    watch.onEngine(true, "29.7.2");
    await().until(() -> manager.listings() == 1);

    manager.send(event(SwarmkitObjects.REMOVE, task("t1", 6, 640, 640)));
    manager.resumeListing();

    take(WatchNews.Listed.class);
    assertThat(take(WatchNews.Committed.class).commit().changes())
        .containsExactly(new Commit.Change.Removed(ClusterObject.Kind.TASK, "t1"));
  }

  @Test
  void passesOverWhatAManagerThatHasJustStartedSaysOverAgain() throws Exception {
    manager.listNodes(List.of(node(9)));
    manager.holdListing();
    manager.start();
    watch.onEngine(true, "29.7.2");
    await().until(() -> manager.listings() == 1);

    manager.send(event(SwarmkitObjects.CREATE, task("of-long-ago", 2, 512, 512)));
    manager.resumeListing();
    manager.send(event(SwarmkitObjects.CREATE, task("of-before", 9, 512, 512)));
    manager.send(event(SwarmkitObjects.CREATE, task("new", 10, 512, 512)));

    take(WatchNews.Listed.class);
    assertThat(take(WatchNews.Committed.class).commit().changes())
        .extracting(Commit.Change::id)
        .containsExactly("new");
  }

  @Test
  void listsAnewAfterTheStreamBroke() throws Exception {
    manager.start();
    watch.onEngine(true, "29.7.2");
    take(WatchNews.Listed.class);

    manager.breakStreams(Status.ABORTED.withDescription("watch queue overflow"));

    assertThat(take(WatchNews.Lost.class).why()).contains("watch queue overflow");
    take(WatchNews.Listed.class);
  }

  @Test
  void findsTheSocketOfADaemonThatRestarted() throws Exception {
    manager.start();
    watch.onEngine(true, "29.7.2");
    take(WatchNews.Listed.class);

    manager.stop();
    take(WatchNews.Lost.class);
    await().until(() -> warnings().stream().anyMatch(w -> w.contains("does not exist")));
    manager.start();

    take(WatchNews.Listed.class);
  }

  @Test
  void listsAnewAfterAMessageThatIsNone() throws Exception {
    manager.start();
    watch.onEngine(true, "29.7.2");
    take(WatchNews.Listed.class);

    manager.sendBytes(new byte[] {10, 127, 1});

    assertThat(take(WatchNews.Lost.class).why()).contains("Protocol message");
    take(WatchNews.Listed.class);
  }

  @Test
  void listsAnewAfterAnObjectThatCannotBeMeant() throws Exception {
    manager.start();
    watch.onEngine(true, "29.7.2");
    take(WatchNews.Listed.class);

    manager.send(event(SwarmkitObjects.UPDATE, Swarmkit.Task.getDefaultInstance()));

    assertThat(take(WatchNews.Lost.class).why()).contains("task without an id");
    take(WatchNews.Listed.class);
  }

  @Test
  void refusesAListThatIsTooLong() throws Exception {
    Swarmkit.Service large =
        service("s1", 1, "web").toBuilder()
            .setSpec(
                Swarmkit.ServiceSpec.newBuilder()
                    .setAnnotations(
                        Swarmkit.Annotations.newBuilder()
                            .setName("web")
                            .putLabels("long", "x".repeat(MAX_MESSAGE_BYTES))))
            .build();
    manager.list(List.of(large), List.of());
    manager.start();
    watch.onEngine(true, "29.7.2");

    await().until(() -> warnings().stream().anyMatch(w -> w.contains("ListServices")));
    assertThat(warnings().getFirst()).contains("exceeds maximum");
    assertThat(news).isEmpty();

    manager.list(List.of(service("s1", 1, "web")), List.of());
    take(WatchNews.Listed.class);
  }

  @Test
  void triesAgainWhileTheClusterHasNoLeader() throws Exception {
    manager.refuseListing(Status.UNAVAILABLE.withDescription("no leader"));
    manager.start();
    watch.onEngine(true, "29.7.2");

    await().until(() -> warnings().stream().anyMatch(w -> w.contains("no leader")));
    await().until(() -> manager.listings() >= 3);
    assertThat(warnings()).hasSize(1);
    manager.refuseListing(null);

    take(WatchNews.Listed.class);
  }

  @Test
  void doesNotTakeAStreamThatBeginsWithAnEventForEstablished() throws Exception {
    manager.beSilent();
    manager.start();
    watch.onEngine(true, "29.7.2");
    await().until(() -> manager.watchers() >= 1);

    manager.send(event(SwarmkitObjects.UPDATE, task("t1", 6, 512, 512)));

    await().until(() -> warnings().stream().anyMatch(w -> w.contains("first message")));
    assertThat(news).isEmpty();
  }

  @Test
  void trustsNobodyElse() throws Exception {
    TestCertificate other = TestCertificate.make(keys, "swarm-manager");
    other.install(dir);
    manager.start();
    watch.onEngine(true, "29.7.2");

    await().until(() -> !warnings().isEmpty());
    assertThat(warnings().getFirst()).contains("the stream ended");
    assertThat(news).isEmpty();
  }

  @Test
  void trustsNoWorker() throws Exception {
    TestCertificate worker = TestCertificate.make(keys, "swarm-worker");
    worker.install(dir);
    try (FakeManager impostor = new FakeManager(dir.resolve("control.sock"), worker)) {
      impostor.start();
      watch.onEngine(true, "29.7.2");

      await().until(() -> !warnings().isEmpty());
      assertThat(warnings().getFirst()).contains("swarm-manager");
      assertThat(news).isEmpty();
    }
  }

  @Test
  void saysOnceWhichDockerStoppedNegotiatingAlpn() throws Exception {
    EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Channel listener = listenWithoutAlpn(eventLoop);
    try {
      watch.onEngine(true, "20.10.24");

      await().until(() -> !warnings().isEmpty());
      assertThat(warnings().getFirst()).contains("Docker 20.10.24", "ALPN", "Docker 28");
      await().during(Duration.ofMillis(500)).until(() -> warnings().size() == 1);
    } finally {
      listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
      eventLoop
          .shutdownGracefully(0, 1, TimeUnit.SECONDS)
          .awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
  }

  @Test
  void keepsQuietOnAWorkerAndBeginsWithItsPromotion() throws Exception {
    watch.onEngine(false, "29.7.2");
    await().during(Duration.ofMillis(300)).until(() -> log.list.isEmpty());

    manager.start();
    watch.onEngine(true, "29.7.2");

    take(WatchNews.Listed.class);
  }

  @Test
  void saysOnceThatTheSocketIsNotThereOnAManager() throws Exception {
    watch.onEngine(true, "29.7.2");

    await().until(() -> !warnings().isEmpty());
    await().during(Duration.ofMillis(500)).until(() -> warnings().size() == 1);
    assertThat(warnings().getFirst()).contains("control.sock does not exist");
  }

  @Test
  void beginsAnewWhenItIsTold() throws Exception {
    manager.start();
    watch.onEngine(true, "29.7.2");
    take(WatchNews.Listed.class);

    watch.restart();

    take(WatchNews.Lost.class);
    take(WatchNews.Listed.class);
  }

  private Channel listenWithoutAlpn(EventLoopGroup eventLoop) throws Exception {
    SslContext tls =
        SslContextBuilder.forServer(certificate.key(), certificate.certificate()).build();
    return new ServerBootstrap()
        .group(eventLoop)
        .channel(EpollServerDomainSocketChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc()));
              }
            })
        .bind(new DomainSocketAddress(dir.resolve("control.sock").toFile()))
        .sync()
        .channel();
  }

  private <T extends WatchNews> T take(Class<T> type) throws InterruptedException {
    WatchNews next = news.poll(20, TimeUnit.SECONDS);
    assertThat(next).isInstanceOf(type);
    return type.cast(next);
  }

  private List<String> warnings() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(ManagerWatch.class);
  }

  private static Swarmkit.WatchMessage event(int action, Swarmkit.Task task) {
    return Swarmkit.WatchMessage.newBuilder()
        .addEvents(
            Swarmkit.WatchMessage.Event.newBuilder()
                .setAction(action)
                .setObject(Swarmkit.Object.newBuilder().setTask(task)))
        .build();
  }

  private static Swarmkit.Service service(String id, long version, String name) {
    return Swarmkit.Service.newBuilder()
        .setId(id)
        .setMeta(meta(version))
        .setSpec(
            Swarmkit.ServiceSpec.newBuilder()
                .setAnnotations(
                    Swarmkit.Annotations.newBuilder()
                        .setName(name)
                        .putLabels("tidegate.balance", "round-robin"))
                .setTask(
                    Swarmkit.TaskSpec.newBuilder()
                        .setContainer(
                            Swarmkit.ContainerSpec.newBuilder()
                                .setStopGracePeriod(
                                    Swarmkit.Duration.newBuilder()
                                        .setSeconds(90)
                                        .setNanos(500_000_000)))))
        .setEndpoint(
            Swarmkit.Endpoint.newBuilder()
                .addPorts(
                    Swarmkit.PortConfig.newBuilder()
                        .setProtocol(1)
                        .setTargetPort(53)
                        .setPublishedPort(5353))
                .addVirtualIps(
                    Swarmkit.VirtualIP.newBuilder().setNetworkId("net").setAddr("10.0.0.5/24")))
        .build();
  }

  private static Swarmkit.Task task(String id, long version, int state, int desired) {
    return Swarmkit.Task.newBuilder()
        .setId(id)
        .setMeta(meta(version))
        .setServiceId("s1")
        .setSlot(2)
        .setNodeId("n1")
        .setStatus(Swarmkit.TaskStatus.newBuilder().setState(state))
        .setDesiredState(desired)
        .addNetworks(
            Swarmkit.NetworkAttachment.newBuilder()
                .setNetwork(
                    Swarmkit.Network.newBuilder()
                        .setId("net")
                        .setSpec(
                            Swarmkit.NetworkSpec.newBuilder()
                                .setAnnotations(
                                    Swarmkit.Annotations.newBuilder().setName("ingress"))
                                .setIngress(true)))
                .addAddresses("10.0.0.8/24"))
        .build();
  }

  private static Swarmkit.Node node(long version) {
    return Swarmkit.Node.newBuilder()
        .setId("n1")
        .setMeta(meta(version))
        .setSpec(
            Swarmkit.NodeSpec.newBuilder()
                .setAnnotations(Swarmkit.Annotations.newBuilder().putLabels("zone", "a"))
                .setAvailability(2))
        .setDescription(
            Swarmkit.NodeDescription.newBuilder()
                .setHostname("one")
                .setPlatform(
                    Swarmkit.Platform.newBuilder().setOs("linux").setArchitecture("x86_64"))
                .setEngine(Swarmkit.EngineDescription.newBuilder().putLabels("disk", "ssd")))
        .setStatus(Swarmkit.NodeStatus.newBuilder().setState(2).setAddr("0.0.0.0"))
        .setManagerStatus(Swarmkit.ManagerStatus.newBuilder().setAddr("192.0.2.1:2377"))
        .setRole(1)
        .build();
  }

  private static Swarmkit.Meta meta(long version) {
    return Swarmkit.Meta.newBuilder()
        .setVersion(Swarmkit.Version.newBuilder().setIndex(version))
        .setUpdatedAt(Swarmkit.Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(5))
        .build();
  }
}
