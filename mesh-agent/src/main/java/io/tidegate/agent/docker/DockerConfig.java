package io.tidegate.agent.docker;

import java.net.URI;
import java.time.Duration;

/**
 * Where this node's engine is.
 *
 * @param host {@code unix:///…} or {@code tcp://host:port}
 * @param callTimeout how long it may take for one answer
 */
public record DockerConfig(URI host, Duration callTimeout) {

  public static final DockerConfig USUAL =
      new DockerConfig(URI.create("unix:///var/run/docker.sock"), Duration.ofSeconds(5));

  public DockerConfig {
    String scheme = host.getScheme();
    if (!"unix".equals(scheme) && !"tcp".equals(scheme)) {
      throw new IllegalArgumentException(
          "dockerHost: " + host + " (expected: unix:///path or tcp://host:port)");
    }
    if (callTimeout.isZero() || callTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "callTimeout: " + callTimeout + " (expected: more than 0)");
    }
  }

  /** The same for another engine. */
  public DockerConfig at(URI other) {
    return new DockerConfig(other, callTimeout);
  }
}
