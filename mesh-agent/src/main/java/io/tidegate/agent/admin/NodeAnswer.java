package io.tidegate.agent.admin;

import io.tidegate.agent.source.SourceStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/node}: this node, how discovery fares, and the options in force. */
record NodeAnswer(
    String version,
    String java,
    double uptimeSeconds,
    @Nullable Record node,
    SourceStatus discovery,
    List<OptionInForce> options) {

  static NodeAnswer of(AgentView view) {
    return new NodeAnswer(
        view.version(),
        Runtime.version().toString(),
        view.uptime().toMillis() / 1e3,
        view.node(),
        view.source(),
        view.options());
  }
}
