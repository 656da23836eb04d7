package io.tidegate.agent.watch;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a manager's control socket is, and what proves that it is one.
 *
 * @param socket {@code <exec-root>/swarm/control.sock}; it exists on managers only
 * @param certificatesDir {@code <data-root>/swarm/certificates}, with {@code swarm-root-ca.crt}
 */
public record WatchConfig(Path socket, Path certificatesDir) {

  public static final WatchConfig USUAL =
      new WatchConfig(
          Path.of("/var/run/docker/swarm/control.sock"),
          Path.of("/var/lib/docker/swarm/certificates"));

  /** The certificate that signs every node's. */
  Path rootCertificate() {
    return certificatesDir.resolve("swarm-root-ca.crt");
  }

  /** Why nothing can be read here, in one line, or null. */
  public @Nullable String obstacle() {
    if (!Files.exists(socket)) {
      return socket + " does not exist or may not be seen: is its folder mounted?";
    }
    if (!Files.isReadable(rootCertificate())) {
      return rootCertificate() + " cannot be read: is its folder mounted?";
    }
    return null;
  }
}
