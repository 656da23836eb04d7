package io.tidegate.agent.swarm;

import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.agent.docker.Sandbox;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What this node is and what it can do, for people. Texts are empty as long as Docker has not told.
 *
 * @param apiVersion the version of Docker's API that is spoken, or null before the first answer
 * @param swarmState Docker's word: {@code active}, {@code inactive}, {@code pending}, {@code
 *     locked} or {@code error}
 * @param sandboxError why tasks on other nodes cannot be reached through the sandbox, or null
 * @param source {@code swarm-watch}, {@code swarm-rest}, {@code swarm-gossip}, or {@code swarm}
 *     before the first reading
 * @param lastSuccess when the source was last read, or null
 */
public record NodeFacts(
    URI dockerHost,
    String engineVersion,
    @Nullable String apiVersion,
    String nodeId,
    String nodeName,
    String nodeAddress,
    Role role,
    String swarmState,
    Path netnsDir,
    Path ingressSandbox,
    @Nullable String sandboxError,
    String source,
    @Nullable Instant lastSuccess) {

  static NodeFacts of(
      URI dockerHost,
      @Nullable String apiVersion,
      DockerAnswers.@Nullable EngineInfo engine,
      Sandbox sandbox,
      String source,
      @Nullable Instant lastSuccess) {
    DockerAnswers.EngineInfo known = engine == null ? DockerAnswers.EngineInfo.UNKNOWN : engine;
    DockerAnswers.SwarmInfo swarm = known.swarm();
    return new NodeFacts(
        dockerHost,
        known.engineVersion(),
        apiVersion,
        swarm.nodeId(),
        known.name(),
        swarm.nodeAddress(),
        role(swarm),
        swarm.localNodeState(),
        sandbox.netnsDir(),
        sandbox.path(),
        sandbox.error(),
        source,
        lastSuccess);
  }

  private static Role role(DockerAnswers.SwarmInfo swarm) {
    if (!swarm.localNodeState().equals("active")) {
      return Role.NONE;
    }
    return swarm.controlAvailable() ? Role.MANAGER : Role.WORKER;
  }

  /** What this node is in its Swarm. */
  public enum Role {
    MANAGER,
    WORKER,
    NONE
  }
}
