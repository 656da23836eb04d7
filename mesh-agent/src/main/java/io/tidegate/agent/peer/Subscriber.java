package io.tidegate.agent.peer;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.source.Backoff;
import io.tidegate.agent.source.SourceStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one manager at a time and hands on what it publishes. One that is lost, silent or refused
 * is followed by the next.
 */
public final class Subscriber implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);

  /** The name in every manager's certificate. It is not checked: the role is. */
  private static final String MANAGER = "swarm-manager";

  private static final String SOURCE = "swarm-peer";
  static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  static final Duration MAX_PAUSE = Duration.ofSeconds(5);
  static final int CONNECT_MILLIS = 2_000;
  private static final int CLOSE_SECONDS = 5;

  private final LiveIdentity identity;
  private final PeerCheck check;
  private final Refusals refusals;
  private final PeerLimits limits;
  private final Supplier<List<InetSocketAddress>> managers;
  private final Random random = new Random();
  private final Backoff backoff = new Backoff(FIRST_PAUSE, MAX_PAUSE);
  private final Intake intake;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("peer-subscriber", true), EpollIoHandler.newFactory());

  private volatile SourceStatus status = new SourceStatus(SOURCE, null, null, 0, 0);
  private volatile @Nullable InetSocketAddress followed;
  private volatile @Nullable Thread thread;

  /**
   * @param managers where managers publish, asked before every attempt
   */
  public Subscriber(
      Supplier<List<InetSocketAddress>> managers,
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      PeerLimits limits) {
    this.managers = managers;
    this.identity = identity;
    this.check = check;
    this.refusals = refusals;
    this.limits = limits;
    this.intake = new Intake(limits.maxUpdateBytes());
  }

  /**
   * Begins to follow, on threads of its own. Called once.
   *
   * @param sink takes all news, one after the other, on the event loop of the stream. It may wait
   *     where it has no room: the manager then sees a slow reader
   */
  public void start(Consumer<PeerNews> sink) {
    thread = Thread.ofVirtual().name("peer-subscriber").start(() -> run(sink));
  }

  /** How it fares. May be called from any thread. */
  public SourceStatus status() {
    return status;
  }

  /** The manager that is followed now, or null. */
  public @Nullable InetSocketAddress followed() {
    return followed;
  }

  private void run(Consumer<PeerNews> sink) {
    // Each node begins with another one, so that all managers have their share of them.
    int next = random.nextInt(Integer.MAX_VALUE);
    try {
      while (!Thread.interrupted()) {
        List<InetSocketAddress> known = managers.get();
        if (known.isEmpty()) {
          failed("no manager is known");
        } else {
          next = (next + 1) % known.size();
          follow(known.get(next), sink);
        }
        Thread.sleep(backoff.next(random.nextDouble()));
      }
    } catch (InterruptedException e) {
      // being closed
    }
  }

  private void follow(InetSocketAddress manager, Consumer<PeerNews> sink)
      throws InterruptedException {
    ManagedChannel channel;
    try {
      channel = open(manager);
    } catch (SSLException e) {
      failed("TLS: " + e.getMessage());
      return;
    }
    try {
      FollowCall call =
          new FollowCall(
              channel.newCall(PeerMethods.FOLLOW, CallOptions.DEFAULT),
              check,
              intake,
              news -> onNews(manager, news, sink));
      call.start();
      onEnd(manager, call.await(limits.silenceLimit().toNanos()));
    } finally {
      followed = null;
      channel.shutdownNow();
    }
  }

  private ManagedChannel open(InetSocketAddress manager) throws SSLException {
    return NettyChannelBuilder.forAddress(manager)
        .channelType(EpollSocketChannel.class, InetSocketAddress.class)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .eventLoopGroup(group)
        .sslContext(PeerTls.client(identity, check.publisherTrustManager()))
        .overrideAuthority(MANAGER)
        .maxInboundMessageSize(limits.maxMessageBytes())
        .directExecutor()
        .disableRetry()
        .build();
  }

  private void onNews(InetSocketAddress manager, PeerNews news, Consumer<PeerNews> sink) {
    if (news instanceof PeerNews.Lost(String why)) {
      sink.accept(new PeerNews.Lost(manager + ": " + why));
      return;
    }
    sink.accept(news);
    if (news instanceof PeerNews.Whole whole) {
      followed = manager;
      LOG.info(
          "following {} at {}: version {}, {} services, {} tasks",
          whole.epoch().publisher(),
          manager,
          whole.version(),
          whole.state().services().size(),
          whole.state().tasks().size());
    }
    SourceStatus last = status;
    status = new SourceStatus(SOURCE, Instant.now(), null, last.failures(), refusals.total());
  }

  private void onEnd(InetSocketAddress manager, Status end) {
    if (followed != null) {
      backoff.onSuccess();
    }
    RefusedException refused = Failures.of(end);
    if (refused != null) {
      refusals.add(String.valueOf(manager), refused);
    }
    failed(manager + ": " + Failures.text(end));
  }

  private void failed(String error) {
    SourceStatus last = status;
    if (!error.equals(last.error())) {
      LOG.warn("{}; what is known stays in force", error);
    }
    status =
        new SourceStatus(SOURCE, last.lastSuccess(), error, last.failures() + 1, refusals.total());
  }

  /** Ends at once. No news is handed on after this returns. */
  @Override
  public void close() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      try {
        running.join(Duration.ofSeconds(CLOSE_SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    group
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
