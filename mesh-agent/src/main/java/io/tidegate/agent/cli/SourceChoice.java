package io.tidegate.agent.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where topologies come from: the value of {@code --source}. */
public sealed interface SourceChoice {

  /** The Swarm of the node's own Docker. */
  record Swarm() implements SourceChoice {
    @Override
    public String toString() {
      return "swarm";
    }
  }

  /** A file of routes. */
  record File(Path path) implements SourceChoice {
    @Override
    public String toString() {
      return "file:" + path;
    }
  }

  /**
   * Parses {@code swarm} or {@code file:PATH}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  static SourceChoice parse(String text) {
    if (text.equals("swarm")) {
      return new Swarm();
    }
    if (text.startsWith("file:") && text.length() > "file:".length()) {
      try {
        return new File(Path.of(text.substring("file:".length())));
      } catch (InvalidPathException e) {
        throw new IllegalArgumentException(text + " (" + e.getReason() + ")", e);
      }
    }
    throw new IllegalArgumentException(text + " (expected: swarm or file:PATH)");
  }
}
