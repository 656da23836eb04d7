package io.tidegate.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this node, without asking any name server. */
final class Hostname {

  private Hostname() {}

  static String ofThisNode() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
