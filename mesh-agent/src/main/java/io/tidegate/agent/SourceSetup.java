package io.tidegate.agent;

import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.cli.SourceChoice;
import io.tidegate.agent.cli.VipPlan;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.source.FileSource;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.agent.swarm.SwarmConfig;
import io.tidegate.agent.swarm.SwarmSource;
import io.tidegate.proxy.UpstreamSockets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A source with what belongs to it, as the options choose it.
 *
 * @param sockets how to dial the endpoints that it finds
 * @param sandbox where the namespace of Docker's mesh is; not asked where there is no Docker
 * @param node what it knows of this node, or null while it knows nothing
 * @param vips which virtual addresses it tells of and why, for people
 */
record SourceSetup(
    TopologySource source,
    UpstreamSockets sockets,
    Supplier<Path> sandbox,
    Supplier<? extends @Nullable Record> node,
    String vips) {

  /** What was chosen, not yet started. */
  static SourceSetup of(AgentConfig config) throws StartupException {
    return switch (config.source()) {
      case SourceChoice.File(Path path) -> ofFile(path);
      case SourceChoice.Swarm _ ->
          ofSwarm(config.swarm(), VipPlan.of(config.vips(), Ipvs.detect()));
    };
  }

  private static SourceSetup ofFile(Path path) {
    UpstreamSockets none = UpstreamSockets.none("not entered (a file names no namespaces)");
    return new SourceSetup(
        new FileSource(path), none, SourceSetup::noSandbox, () -> null, "a file has no networks");
  }

  private static Path noSandbox() {
    throw new IllegalStateException("a file has no Docker's mesh to take ports over from");
  }

  private static SourceSetup ofSwarm(SwarmConfig config, VipPlan vips) throws StartupException {
    try {
      SwarmSource source = new SwarmSource(config.withVips(vips.scope()));
      return new SourceSetup(
          source, new NetworkNamespaces(), source::sandboxPath, source::nodeFacts, vips.why());
    } catch (IOException e) {
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
  }
}
