package io.tidegate.agent.cli;

import io.tidegate.agent.admin.OptionInForce;
import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.SwarmConfig;
import io.tidegate.agent.takeover.TakeoverConfig;
import io.tidegate.proxy.ProxyConfig;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * All that {@code tidegate agent} was told.
 *
 * @param vips which virtual addresses are to be served
 * @param options each option with its value and where that came from, in the order of the help
 */
public record AgentConfig(
    SourceChoice source,
    SwarmConfig swarm,
    ProxyConfig proxy,
    TakeoverConfig takeover,
    VipChoice vips,
    Admin admin,
    Log log,
    Ending ending,
    List<OptionInForce> options) {

  public AgentConfig {
    options = List.copyOf(options);
  }

  /**
   * What is seen from outside.
   *
   * @param hasTaskMetrics whether each task has series of its own
   * @param agentCheck where HAProxy's agent-check is answered, or null for nowhere
   */
  public record Admin(HostPort address, boolean hasTaskMetrics, @Nullable HostPort agentCheck) {}

  /**
   * What comes after a signal to stop, one after the other.
   *
   * @param lameDuck how long clients are still taken while load balancers are told to send no more
   * @param drainTimeout how long relays may go on after that
   */
  public record Ending(Duration lameDuck, Duration drainTimeout) {}

  /** What is logged and how. */
  public record Log(Level level, Format format) {}

  /** The forms of a log line. */
  public enum Format {
    TEXT,
    JSON
  }
}
