package io.tidegate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Agents as the global service of {@code deploy/stack.yml}, from the image that {@code
 * deploy/image/build} made.
 */
final class ImageAgents implements AutoCloseable {

  private static final String STACK = "tidegate";
  private static final String SERVICE = STACK + "_agent";
  private static final Path LOGS = KeptLogs.LOGS;
  private static final Path IMAGE = Lab.ROOT.resolve("mesh-agent/target/tidegate-image.tar");

  static boolean isBuilt() {
    return Files.exists(IMAGE);
  }

  void start() {
    Lab.run("image", "all", "tidegate:latest", IMAGE.toString());
    Swarm.docker(
        "stack",
        "deploy",
        "--resolve-image",
        "never",
        "--compose-file",
        Lab.ROOT.resolve("deploy/stack.yml").toString(),
        STACK);
  }

  /** Updates the service as an operator does, and waits until every node has another one. */
  static void update(Tables tables) {
    List<String> before = Lab.nodes().stream().map(ImageAgents::container).toList();
    Swarm.docker("service", "update", "--detach", "--force", "--update-delay", "2s", SERVICE);
    Wait.seconds(240)
        .until(
            "every node has another agent, and no other",
            () -> Lab.nodes().stream().allMatch(node -> isReplaced(node, before, tables)));
  }

  private static boolean isReplaced(String node, List<String> before, Tables tables) {
    String now = container(node);
    return now.lines().count() == 1 && !before.contains(now) && tables.isReady(node);
  }

  /** The ids of the containers of a node, one a line: of two while one follows the other. */
  static String container(String node) {
    return Lab.docker(node, "ps", "--quiet", "--filter", "ancestor=tidegate:latest");
  }

  /** What every one has said, also those that have ended: it goes with their containers. */
  private static void keepLogs() {
    for (String node : Lab.nodes()) {
      String said =
          Lab.docker(node, "ps", "--all", "--quiet", "--filter", "ancestor=tidegate:latest")
              .lines()
              .map(id -> "== " + id + "\n" + Lab.docker(node, "logs", id) + "\n")
              .collect(Collectors.joining());
      try {
        Files.createDirectories(LOGS);
        Files.writeString(LOGS.resolve("image-agents-" + node + ".log"), said);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    keepLogs();
    Swarm.docker("stack", "rm", STACK);
    Wait.seconds(60)
        .until(
            "the agents' containers are gone",
            () -> Lab.nodes().stream().allMatch(node -> container(node).isEmpty()));
  }
}
