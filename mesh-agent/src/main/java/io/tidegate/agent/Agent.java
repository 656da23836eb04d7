package io.tidegate.agent;

import io.tidegate.agent.admin.AdminServer;
import io.tidegate.agent.admin.AgentCheckServer;
import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.linux.PortHolder;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.agent.source.YamlException;
import io.tidegate.mesh.Mesh;
import io.tidegate.metrics.RouteStats;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.Duration;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running agent: a source that feeds a mesh, a log of what changed, and the admin pages that show
 * all of them.
 *
 * <pre>
 *   TopologySource ──► ChangeLog ──► Mesh ◄── AdminServer
 * </pre>
 */
final class Agent implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private final TopologySource source;
  private final ChangeLog changes;
  private final Mesh mesh;
  private final MeshView view;
  private final AdminServer admin;
  private final @Nullable AgentCheckServer agentCheck;
  private final ReadinessLog readinessLog;

  private Agent(AgentConfig config, SourceSetup setup) throws StartupException {
    source = setup.source();
    changes = new ChangeLog(SystemEpochNanoClock.INSTANCE, source.status().name());
    mesh = startMesh(config, setup, changes);
    view = new MeshView(mesh, changes, source, setup.node(), config.options());
    AdminServer startedAdmin = null;
    try {
      startedAdmin = startAdmin(config.admin(), view);
      agentCheck = startAgentCheck(config.admin().agentCheck(), view);
    } catch (StartupException e) {
      if (startedAdmin != null) {
        startedAdmin.close();
      }
      mesh.close();
      source.close();
      throw e;
    }
    admin = startedAdmin;
    readinessLog = new ReadinessLog(view);
  }

  /**
   * Starts everything.
   *
   * @throws StartupException saying in one line why not; nothing is left running
   */
  static Agent start(AgentConfig config) throws StartupException {
    Agent agent = new Agent(config, SourceSetup.of(config));
    LOG.info(
        "tidegate {} on {}: source {}, {} shards, admin http://{}",
        agent.view.version(),
        Hostname.ofThisNode(),
        config.source(),
        config.proxy().shards(),
        agent.adminAddress());
    try {
      agent.source.start(agent.changes.ahead(agent.mesh::offer));
    } catch (YamlException | UncheckedIOException e) {
      agent.close();
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
    agent.readinessLog.start();
    return agent;
  }

  private static Mesh startMesh(AgentConfig config, SourceSetup setup, ChangeLog changes)
      throws StartupException {
    try {
      return Mesh.start(config.proxy(), setup.sockets(), changes::onInForce);
    } catch (UnsupportedOperationException e) {
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
  }

  private static AdminServer startAdmin(AgentConfig.Admin config, MeshView view)
      throws StartupException {
    HostPort address = config.address();
    try {
      return AdminServer.start(address, config.hasTaskMetrics(), view);
    } catch (IOException e) {
      throw cannotListen("admin", address, e);
    }
  }

  private static @Nullable AgentCheckServer startAgentCheck(
      @Nullable HostPort address, MeshView view) throws StartupException {
    if (address == null) {
      return null;
    }
    try {
      return AgentCheckServer.start(address, view);
    } catch (IOException e) {
      throw cannotListen("agent-check", address, e);
    }
  }

  private static StartupException cannotListen(String what, HostPort address, IOException e) {
    String holder =
        e instanceof BindException ? PortHolder.describe(address.port(), Protocol.TCP) : null;
    return new StartupException(
        "%s %s: %s%s".formatted(what, address, e.getMessage(), holder == null ? "" : ", " + holder),
        e);
  }

  /** Where the admin pages are, with the port that was chosen if any was asked for. */
  HostPort adminAddress() {
    return HostPort.of(admin.address());
  }

  /**
   * Ends in order: first whoever asks is told to send no more clients, while those that come are
   * still served; then nothing new is taken, and what goes on may finish, by tables that still
   * follow the source: clients may wait for a task. Afterwards the agent can only be closed.
   */
  void end(AgentConfig.Ending ending) throws InterruptedException {
    view.beginDraining();
    if (ending.lameDuck().isPositive()) {
      LOG.info("not ready any more: clients are still taken for {} s", seconds(ending.lameDuck()));
      Thread.sleep(ending.lameDuck());
    }
    Duration limit = ending.drainTimeout();
    LOG.info("draining: {} connections, for {} s at most", active(), seconds(limit));
    if (mesh.drain(limit)) {
      LOG.info("drained: every connection has finished");
    } else {
      LOG.warn("not drained: {} connections are reset", active());
    }
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  private long active() {
    return mesh.stats().routes().values().stream().mapToLong(RouteStats::active).sum();
  }

  @Override
  public void close() {
    readinessLog.close();
    source.close();
    mesh.close();
    if (agentCheck != null) {
      agentCheck.close();
    }
    admin.close();
  }
}
