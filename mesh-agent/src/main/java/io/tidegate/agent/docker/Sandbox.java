package io.tidegate.agent.docker;

import io.tidegate.agent.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The namespace through which Docker's own mesh reaches every task on the ingress network.
 *
 * @param error why no socket can be made in it, or null
 */
public record Sandbox(Path netnsDir, @Nullable String error) {

  static Sandbox in(Path netnsDir) {
    Path path = pathIn(netnsDir);
    if (!Files.exists(path)) {
      return new Sandbox(
          netnsDir, path + " does not exist: is the folder mounted with rslave, does dockerd run?");
    }
    try {
      NetworkNamespaces.check(path);
      return new Sandbox(netnsDir, null);
    } catch (IOException e) {
      return new Sandbox(netnsDir, e.getMessage());
    }
  }

  /** The same sandbox when it must not be used any more. */
  public Sandbox lost(String why) {
    return new Sandbox(netnsDir, why);
  }

  public Path path() {
    return pathIn(netnsDir);
  }

  static Path pathIn(Path netnsDir) {
    return netnsDir.resolve("ingress_sbox");
  }
}
