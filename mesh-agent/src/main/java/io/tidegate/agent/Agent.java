package io.tidegate.agent;

import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.cli.SourceChoice;
import io.tidegate.agent.handover.HandoverClient;
import io.tidegate.agent.handover.HandoverServer;
import io.tidegate.agent.linux.WayBack;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.agent.source.YamlException;
import io.tidegate.agent.takeover.Keeper;
import io.tidegate.agent.takeover.RangeKeeper;
import io.tidegate.agent.vip.VipKeeper;
import io.tidegate.mesh.Mesh;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.PassedSocket;
import io.tidegate.routing.Topology;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running agent: a source that feeds a mesh, a log of what changed, and the admin pages that show
 * all of them.
 *
 * <pre>
 *   TopologySource ──► ChangeLog ──► Mesh ◄── AdminPorts
 * </pre>
 *
 * It may begin where another agent ends, and end where another one begins: {@link Succession}.
 */
final class Agent implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(10);

  private final AgentConfig config;
  private final TopologySource source;
  private final ChangeLog changes;
  private final Mesh mesh;
  private final Keeper keeper;
  private final RangeKeeper ranges;
  private final VipKeeper vips;
  private final TransparencyKeeper transparency;
  private final MeshView view;
  private final ReadinessLog readinessLog;
  private final @Nullable Place place;
  private final @Nullable Succession succession;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  // Under the lock of this, where two threads may come: one that begins and one that ends.
  private @Nullable AdminPorts adminPorts;
  private @Nullable HandoverServer handover;
  private boolean serves;
  private boolean closed;

  private Agent(AgentConfig config, SourceSetup setup, @Nullable Place place)
      throws StartupException {
    this.config = config;
    this.place = place;
    source = setup.source();
    changes = new ChangeLog(SystemEpochNanoClock.INSTANCE, source.status().name());
    try {
      mesh = Mesh.start(config.proxy(), setup.sockets(), this::onInForce, source::testify);
    } catch (UnsupportedOperationException e) {
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
    keeper = Keeper.of(config.takeover(), setup.sandbox(), mesh::table, mesh::place);
    ranges = RangeKeeper.of(mesh::table, new MeshRanges(mesh));
    vips = VipKeeper.of(setup.vips(), mesh::table, new MeshVips(mesh), setup.sandbox());
    transparency =
        new TransparencyKeeper(
            new WayBack(null, "%08x".formatted(new SecureRandom().nextInt())),
            source,
            mesh::become,
            () -> mesh.stats().imitations());
    view =
        new MeshView(
            mesh,
            changes,
            source,
            setup.node(),
            keeper,
            ranges::status,
            vips,
            transparency::status,
            config.options());
    readinessLog = new ReadinessLog(view);
    try {
      HandoverClient takeover = place == null ? null : place.ask();
      succession = takeover == null ? null : new Succession(takeover, mesh);
    } catch (StartupException e) {
      mesh.close();
      throw e;
    }
  }

  private void onInForce(Topology topology) {
    changes.onInForce(topology);
    keeper.wake();
    ranges.wake();
    vips.wake();
  }

  /**
   * Starts everything, but for what another agent still has that this one is to follow.
   *
   * @throws StartupException saying in one line why not; nothing is left running
   */
  static Agent start(AgentConfig config) throws StartupException {
    Agent agent = new Agent(config, SourceSetup.of(config), Place.of(config));
    try {
      agent.begin();
      return agent;
    } catch (StartupException e) {
      agent.close();
      throw e;
    } catch (YamlException | UncheckedIOException e) {
      agent.close();
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
  }

  private void begin() throws StartupException {
    HostPort admin = succession == null ? openAdmin() : config.admin().address();
    LOG.info(
        "tidegate {} on {}: source {}, {} shards, admin http://{}",
        view.version(),
        Hostname.ofThisNode(),
        config.source(),
        config.proxy().shards(),
        admin);
    source.onGates(mesh::hear);
    keeper.start();
    ranges.start(succession == null);
    if (config.source() instanceof SourceChoice.Swarm) {
      vips.start(succession == null);
    }
    transparency.start(succession == null);
    source.start(transparency.ahead(changes.ahead(mesh::offer)));
    if (succession == null) {
      serve();
      offerPlace();
    } else {
      succession.start(new Successor());
    }
  }

  private synchronized HostPort openAdmin() throws StartupException {
    AdminPorts opened = AdminPorts.open(config.admin(), view);
    adminPorts = opened;
    if (closed) {
      opened.close();
    }
    return opened.address();
  }

  private void serve() {
    keeper.begin();
    ranges.begin();
    vips.begin();
    beginServing();
  }

  private synchronized void beginServing() {
    if (!closed) {
      serves = true;
      readinessLog.start();
    }
  }

  private synchronized void offerPlace() {
    if (!closed) {
      handover = place == null ? null : place.offer(new Estate());
    }
  }

  /** This agent, on its way into the place of another one. */
  private final class Successor implements Succession.Successor {

    @Override
    public void serve() {
      Agent.this.serve();
    }

    @Override
    public void openAdmin() throws StartupException {
      var _ = Agent.this.openAdmin();
    }

    @Override
    public void offerPlace() {
      Agent.this.offerPlace();
    }

    @Override
    public void fail(StartupException why) {
      over.completeExceptionally(why);
    }
  }

  /** What the next agent gets. */
  private final class Estate implements HandoverServer.Estate {

    @Override
    public List<PassedSocket> lend() {
      return mesh.lend();
    }

    @Override
    public void takeBack() {
      mesh.takeBack();
    }

    @Override
    public void letGo() {
      keeper.cease();
      ranges.cease();
      vips.cease();
      mesh.stopListening();
      closeAdmin();
    }

    @Override
    public void onDone() {
      over.complete(null);
    }
  }

  /**
   * Completes when another agent has taken over, and fails where this one was to do so and could
   * not: with a {@link StartupException}.
   */
  CompletableFuture<Void> over() {
    return over;
  }

  /**
   * Ends in order: first whoever asks is told to send no more clients, while those that come are
   * still served; then nothing new is taken, and what goes on may finish, by tables that still
   * follow the source: clients may wait for a task. Where another agent has taken over, or does so
   * meanwhile, nobody is told anything. Afterwards the agent can only be closed.
   */
  void end(AgentConfig.Ending ending) throws InterruptedException {
    if (!serves()) {
      LOG.info("hand-over: left to the agent that was here before");
      return;
    }
    awaitSuccessorUnderWay(ending.lameDuck());
    view.beginDraining();
    if (!over.isDone()) {
      keeper.releaseAtEnd();
    }
    if (!over.isDone() && ending.lameDuck().isPositive()) {
      LOG.info("not ready any more: clients are still taken for {} s", seconds(ending.lameDuck()));
      awaitSuccessor(ending.lameDuck());
    }
    if (over.isDone()) {
      source.stepAside();
    }
    if (!over.isDone()) {
      ranges.close();
      vips.releaseAtEnd();
    }
    Duration limit = ending.drainTimeout();
    LOG.info("draining: {} connections, for {} s at most", active(), seconds(limit));
    if (mesh.drain(limit)) {
      LOG.info("drained: every connection has finished");
    } else {
      LOG.warn("not drained: {} connections are reset", active());
    }
  }

  /** Who has begun to take over needs no lame duck: nobody is to see this node leave. */
  private void awaitSuccessorUnderWay(Duration limit) throws InterruptedException {
    long endNanos = System.nanoTime() + limit.toNanos();
    HandoverServer offered = handover();
    while (offered != null && offered.isGiving() && System.nanoTime() - endNanos < 0) {
      awaitSuccessor(LOOK_INTERVAL);
    }
  }

  private synchronized @Nullable HandoverServer handover() {
    return handover;
  }

  private synchronized boolean serves() {
    return serves;
  }

  private void awaitSuccessor(Duration limit) throws InterruptedException {
    try {
      over.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // nobody came
    } catch (ExecutionException e) {
      throw new IllegalStateException("an agent that serves cannot fail to take over", e);
    }
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  private long active() {
    return mesh.stats().routes().values().stream().mapToLong(RouteStats::active).sum();
  }

  private synchronized void closeAdmin() {
    if (adminPorts != null) {
      adminPorts.close();
      adminPorts = null;
    }
  }

  private synchronized @Nullable HandoverServer beginClosing() {
    closed = true;
    return handover;
  }

  @Override
  public void close() {
    HandoverServer offered = beginClosing();
    if (succession != null) {
      succession.close();
    }
    if (offered != null) {
      offered.close();
    }
    readinessLog.close();
    source.close();
    keeper.close();
    ranges.close();
    vips.close();
    mesh.close();
    transparency.close();
    closeAdmin();
  }
}
