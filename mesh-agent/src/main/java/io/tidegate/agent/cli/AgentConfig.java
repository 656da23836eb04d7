package io.tidegate.agent.cli;

import io.tidegate.agent.admin.OptionInForce;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.SwarmConfig;
import io.tidegate.proxy.ProxyConfig;
import java.time.Duration;
import java.util.List;
import org.slf4j.event.Level;

/**
 * All that {@code tidegate agent} was told.
 *
 * @param drainTimeout how long relays may go on after a signal to stop
 * @param options each option with its value and where that came from, in the order of the help
 */
public record AgentConfig(
    SourceChoice source,
    SwarmConfig swarm,
    ProxyConfig proxy,
    Admin admin,
    Log log,
    Duration drainTimeout,
    List<OptionInForce> options) {

  public AgentConfig {
    options = List.copyOf(options);
  }

  /**
   * What is seen from outside.
   *
   * @param hasTaskMetrics whether each task has series of its own
   */
  public record Admin(HostPort address, boolean hasTaskMetrics) {}

  /** What is logged and how. */
  public record Log(Level level, Format format) {}

  /** The forms of a log line. */
  public enum Format {
    TEXT,
    JSON
  }
}
