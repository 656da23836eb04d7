package io.tidegate.agent;

import io.tidegate.agent.admin.AdminServer;
import io.tidegate.agent.admin.AgentCheckServer;
import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.linux.PortHolder;
import io.tidegate.agent.source.HostPort;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.net.BindException;
import org.jspecify.annotations.Nullable;

/** Where an agent is asked: the admin pages, and HAProxy's agent check. */
record AdminPorts(AdminServer admin, @Nullable AgentCheckServer agentCheck)
    implements AutoCloseable {

  /**
   * Listens and answers.
   *
   * @throws StartupException naming the address that cannot be had, and who has it; nothing is left
   *     open
   */
  static AdminPorts open(AgentConfig.Admin config, MeshView view) throws StartupException {
    AdminServer admin = openAdmin(config, view);
    try {
      return new AdminPorts(admin, openAgentCheck(config.agentCheck(), view));
    } catch (StartupException e) {
      admin.close();
      throw e;
    }
  }

  private static AdminServer openAdmin(AgentConfig.Admin config, MeshView view)
      throws StartupException {
    try {
      return AdminServer.start(config.address(), config.hasTaskMetrics(), view);
    } catch (IOException e) {
      throw cannotListen("admin", config.address(), e);
    }
  }

  private static @Nullable AgentCheckServer openAgentCheck(
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
  HostPort address() {
    return HostPort.of(admin.address());
  }

  @Override
  public void close() {
    if (agentCheck != null) {
      agentCheck.close();
    }
    admin.close();
  }
}
