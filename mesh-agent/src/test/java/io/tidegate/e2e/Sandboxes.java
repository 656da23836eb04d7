package io.tidegate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What there is in the namespaces that Docker has on overlay networks, for comparison. */
final class Sandboxes {

  private static final String EVERYTHING =
      "nft -s list ruleset; ip addr show; ip rule; ip route show table all; ss -Hlntu";

  private Sandboxes() {}

  /** Addresses, rules, routes and sockets of each on all nodes, by its path. */
  static Map<String, String> all() {
    Map<String, String> all = new TreeMap<>();
    for (String node : Lab.nodes()) {
      try (DirectoryStream<Path> found =
          Files.newDirectoryStream(Lab.dockersNamespaces(node), "lb_*")) {
        found.forEach(path -> all.put(path.toString(), look(node, path)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  private static String look(String node, Path path) {
    return Lab.run("exec", node, "nsenter", "--net=" + path, "sh", "-euc", EVERYTHING);
  }
}
