package io.tidegate.agent;

import io.tidegate.agent.admin.AdminServer;
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
  private final ReadinessLog readinessLog;

  private Agent(AgentConfig config, SourceSetup setup) throws StartupException {
    source = setup.source();
    changes = new ChangeLog(SystemEpochNanoClock.INSTANCE, source.status().name());
    mesh = startMesh(config, setup, changes);
    view = new MeshView(mesh, changes, source, setup.node(), config.options());
    try {
      admin = startAdmin(config.admin(), view);
    } catch (StartupException e) {
      mesh.close();
      source.close();
      throw e;
    }
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
    } catch (BindException e) {
      String holder = PortHolder.describe(address.port(), Protocol.TCP);
      throw new StartupException(
          "admin %s: %s%s".formatted(address, e.getMessage(), holder == null ? "" : ", " + holder),
          e);
    } catch (IOException e) {
      throw new StartupException("admin %s: %s".formatted(address, e.getMessage()), e);
    }
  }

  /** Where the admin pages are, with the port that was chosen if any was asked for. */
  HostPort adminAddress() {
    return HostPort.of(admin.address());
  }

  /**
   * Takes nothing new and lets what goes on finish, for so long at the most. Afterwards the agent
   * can only be closed.
   */
  void drain(Duration limit) {
    view.beginDraining();
    source.close();
    LOG.info("draining: {} connections, for {} s at most", active(), limit.toMillis() / 1e3);
    if (mesh.drain(limit)) {
      LOG.info("drained: every connection has finished");
    } else {
      LOG.warn("not drained: {} connections are reset", active());
    }
  }

  private long active() {
    return mesh.stats().routes().values().stream().mapToLong(RouteStats::active).sum();
  }

  @Override
  public void close() {
    readinessLog.close();
    source.close();
    mesh.close();
    admin.close();
  }
}
