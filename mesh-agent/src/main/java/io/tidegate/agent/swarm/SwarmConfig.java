package io.tidegate.agent.swarm;

import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.watch.WatchConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to read the Swarm.
 *
 * @param dockerHost this node's daemon: {@code unix:///…} or {@code tcp://host:port}
 * @param netnsDir where Docker keeps its network namespaces, or null to find out: the folder of a
 *     container's sandbox if there is one, else {@code /var/run/docker/netns}
 * @param watch where the stream of a manager's changes is
 * @param peers how to speak with the agents of other nodes
 * @param stateDir where what is known is kept over a restart, or null to keep nothing
 * @param pollInterval how often to read at least as long as that stream does not flow; events lead
 *     to a reading at once
 * @param callTimeout how long Docker may take for one answer
 */
public record SwarmConfig(
    URI dockerHost,
    @Nullable Path netnsDir,
    WatchConfig watch,
    PeerConfig peers,
    @Nullable Path stateDir,
    Duration pollInterval,
    Duration callTimeout) {

  public static final URI USUAL_DOCKER_HOST = URI.create("unix:///var/run/docker.sock");

  public SwarmConfig {
    String scheme = dockerHost.getScheme();
    if (!"unix".equals(scheme) && !"tcp".equals(scheme)) {
      throw new IllegalArgumentException(
          "dockerHost: " + dockerHost + " (expected: unix:///path or tcp://host:port)");
    }
    checkPositive("pollInterval", pollInterval);
    checkPositive("callTimeout", callTimeout);
  }

  public static SwarmConfig of(URI dockerHost, @Nullable Path netnsDir) {
    return new SwarmConfig(
        dockerHost,
        netnsDir,
        WatchConfig.USUAL,
        new PeerConfig(
            PeerConfig.USUAL_LISTEN, IdentityFiles.ofSwarm(WatchConfig.USUAL.certificatesDir())),
        null,
        Duration.ofMillis(500),
        Duration.ofSeconds(5));
  }

  private static void checkPositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }
}
