package io.tidegate.agent.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether the kernel can do IPVS. Where it can, Docker's own mesh takes the published ports ahead
 * of any listener; where it cannot, Docker publishes nothing and the ports are free.
 *
 * @param reason what tells, for people
 */
public record Ipvs(State state, String reason) {

  /** What the kernel offers. */
  public enum State {
    /** In the kernel or loaded. */
    PRESENT,
    /** Not loaded; Docker loads it when it needs it. */
    LOADABLE,
    /** Neither loaded nor known to be loadable. */
    ABSENT
  }

  /** Looks at this node's kernel. */
  public static Ipvs detect() {
    return detect(Path.of("/"));
  }

  /**
   * Looks below the given root.
   *
   * @param root {@code /}, or a folder with the same layout
   */
  static Ipvs detect(Path root) {
    for (String sign : new String[] {"proc/net/ip_vs", "sys/module/ip_vs"}) {
      if (Files.exists(root.resolve(sign))) {
        return new Ipvs(State.PRESENT, "/" + sign + " exists");
      }
    }
    String release = read(root.resolve("proc/sys/kernel/osrelease")).strip();
    Path modules = root.resolve("lib/modules").resolve(release.isEmpty() ? "unknown" : release);
    if (read(modules.resolve("modules.builtin")).contains("/ip_vs.ko")) {
      return new Ipvs(State.PRESENT, "built into kernel " + release);
    }
    if (read(modules.resolve("modules.dep")).contains("/ip_vs.ko")) {
      return new Ipvs(State.LOADABLE, "kernel " + release + " has a module ip_vs, not loaded");
    }
    return new Ipvs(
        State.ABSENT,
        Files.isDirectory(modules)
            ? "kernel " + release + " has no module ip_vs"
            : "not loaded, and the modules of kernel " + release + " cannot be seen from here");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
