package io.tidegate.agent;

import io.tidegate.agent.docker.DockerApi;
import io.tidegate.agent.docker.DockerConfig;
import io.tidegate.agent.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What takes long to load and link in a start on a Swarm, done on another core while the options
 * are read (measured in ADR 14). Nothing depends on it.
 */
final class Warmup {

  private static final Logger LOG = LoggerFactory.getLogger(Warmup.class);
  private static final Path OWN_NAMESPACE = Path.of("/proc/self/ns/net");

  private Warmup() {}

  static void begin() {
    Thread.ofPlatform().name("tidegate-warmup").daemon().start(Warmup::link);
  }

  private static void link() {
    try {
      NetworkNamespaces.check(OWN_NAMESPACE);
    } catch (IOException e) {
      // Who needs it will say so.
      LOG.debug("warm-up: {}", e.getMessage());
    }
    new DockerApi(DockerConfig.USUAL).close();
  }
}
