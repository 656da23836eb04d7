package io.tidegate.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Agents as the global service of {@code deploy/stack.yml}, from the image that {@code
 * deploy/image/build} made.
 */
final class ImageAgents implements Agents {

  private static final String STACK = "tidegate";
  private static final Path IMAGE = Lab.ROOT.resolve("mesh-agent/target/tidegate-image.tar");

  static boolean isBuilt() {
    return Files.exists(IMAGE);
  }

  @Override
  public void start() {
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

  /** A container ends with its engine, and comes back with it. */
  @Override
  public List<String> nodesThatServeWithout(String node) {
    return Lab.nodes().stream().filter(other -> !other.equals(node)).toList();
  }

  @Override
  public void close() {
    Swarm.docker("stack", "rm", STACK);
    Wait.seconds(60)
        .until(
            "the agents' containers are gone",
            () ->
                Lab.nodes().stream()
                    .allMatch(
                        node ->
                            Lab.docker(
                                    node, "ps", "--quiet", "--filter", "ancestor=tidegate:latest")
                                .isEmpty()));
  }
}
