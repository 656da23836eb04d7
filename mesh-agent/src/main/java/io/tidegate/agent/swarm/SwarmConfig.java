package io.tidegate.agent.swarm;

import io.tidegate.agent.docker.DockerConfig;
import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.merge.VipScope;
import io.tidegate.agent.watch.WatchConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to read the Swarm.
 *
 * @param docker where this node's engine is
 * @param netnsDir where Docker keeps its network namespaces, or null to find out: the folder of a
 *     container's sandbox if there is one, else {@code /var/run/docker/netns}
 * @param watch where the stream of a manager's changes is
 * @param peers how to speak with the agents of other nodes
 * @param stateDir where what is known is kept over a restart, or null to keep nothing
 * @param pollInterval how often to read at least as long as that stream does not flow; events lead
 *     to a reading at once
 * @param vips of which services the virtual addresses have routes
 */
public record SwarmConfig(
    DockerConfig docker,
    @Nullable Path netnsDir,
    WatchConfig watch,
    PeerConfig peers,
    @Nullable Path stateDir,
    Duration pollInterval,
    VipScope vips) {

  public static final SwarmConfig USUAL =
      new SwarmConfig(
          DockerConfig.USUAL,
          null,
          WatchConfig.USUAL,
          new PeerConfig(
              PeerConfig.USUAL_LISTEN,
              PeerConfig.USUAL_HOP_PORT,
              PeerConfig.USUAL_HOP_TLS_PORT,
              IdentityFiles.ofSwarm(WatchConfig.USUAL.certificatesDir())),
          null,
          Duration.ofMillis(500));

  /** One that leaves all virtual addresses to Docker. */
  public SwarmConfig(
      DockerConfig docker,
      @Nullable Path netnsDir,
      WatchConfig watch,
      PeerConfig peers,
      @Nullable Path stateDir,
      Duration pollInterval) {
    this(docker, netnsDir, watch, peers, stateDir, pollInterval, VipScope.NONE);
  }

  /** The same with routes of other virtual addresses. */
  public SwarmConfig withVips(VipScope others) {
    return new SwarmConfig(docker, netnsDir, watch, peers, stateDir, pollInterval, others);
  }

  public SwarmConfig {
    if (pollInterval.isZero() || pollInterval.isNegative()) {
      throw new IllegalArgumentException(
          "pollInterval: " + pollInterval + " (expected: more than 0)");
    }
  }
}
