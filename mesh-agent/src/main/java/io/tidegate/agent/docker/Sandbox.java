package io.tidegate.agent.docker;

import io.tidegate.agent.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The namespace through which Docker's own mesh reaches every task on the ingress network, and
 * beside it those of other overlay networks: one for each that a task of this node is on.
 *
 * @param error why no socket can be made in it, or null
 * @param overlays the paths of the others, by the first characters of their networks' ids; none
 *     where the folder cannot be read
 */
public record Sandbox(Path netnsDir, @Nullable String error, Map<String, String> overlays) {

  private static final String OVERLAY = "lb_";

  /** Docker cuts the name, so that so much is left of an id. */
  private static final int ID_LENGTH = 9;

  public Sandbox {
    overlays = Map.copyOf(overlays);
  }

  /** A sandbox without others beside it. */
  public Sandbox(Path netnsDir, @Nullable String error) {
    this(netnsDir, error, Map.of());
  }

  static Sandbox in(Path netnsDir) {
    return new Sandbox(netnsDir, errorOf(pathIn(netnsDir)), overlaysIn(netnsDir));
  }

  private static @Nullable String errorOf(Path path) {
    if (!Files.exists(path)) {
      return path + " does not exist: is the folder mounted with rslave, does dockerd run?";
    }
    try {
      NetworkNamespaces.check(path);
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static Map<String, String> overlaysIn(Path netnsDir) {
    Map<String, String> overlays = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(netnsDir, OVERLAY + "*")) {
      for (Path file : files) {
        String name = netnsDir.relativize(file).toString();
        overlays.put(name.substring(OVERLAY.length()), file.toString());
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Map.of();
    }
    return overlays;
  }

  /**
   * The same sandbox when it must not be used any more; of the others nothing is known to differ.
   */
  public Sandbox lost(String why) {
    return new Sandbox(netnsDir, why, overlays);
  }

  public Path path() {
    return pathIn(netnsDir);
  }

  /** The path of an overlay network's namespace on this node, or null where it has none. */
  public @Nullable String overlay(String networkId) {
    return networkId.length() < ID_LENGTH ? null : overlays.get(networkId.substring(0, ID_LENGTH));
  }

  static Path pathIn(Path netnsDir) {
    return netnsDir.resolve("ingress_sbox");
  }
}
