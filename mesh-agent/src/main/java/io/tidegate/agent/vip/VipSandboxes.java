package io.tidegate.agent.vip;

import io.tidegate.agent.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sandboxes that Docker has on overlay networks with tasks on this node.
 *
 * @param folder of Docker's namespaces, as far as is known now
 */
record VipSandboxes(Supplier<Path> folder) {

  private static final String PREFIX = "lb_";

  /** Which one is at a path now; null if there is none. */
  static @Nullable String identity(Path sandbox) throws IOException {
    try {
      return NetworkNamespaces.identity(sandbox);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** All that there are. */
  List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>();
    if (Files.isDirectory(folder.get())) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder.get(), PREFIX + "*")) {
        found.forEach(all::add);
      }
    }
    return all;
  }
}
