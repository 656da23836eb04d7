package io.tidegate.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What the kernel lets this process do beyond the ordinary: its effective capabilities. */
public record Capabilities(Set<Capability> effective) {

  private static final String EFFECTIVE = "CapEff:";

  public Capabilities {
    Set<Capability> ordered = EnumSet.noneOf(Capability.class);
    ordered.addAll(effective);
    effective = Collections.unmodifiableSet(ordered);
  }

  /**
   * Reads those of this process.
   *
   * @throws IOException if /proc cannot be read or does not tell
   */
  public static Capabilities ofThisProcess() throws IOException {
    return parse(Files.readAllLines(Path.of("/proc/self/status")));
  }

  public boolean has(Capability capability) {
    return effective.contains(capability);
  }

  /** Parses the lines of a {@code /proc/<pid>/status}. */
  static Capabilities parse(List<String> status) throws IOException {
    for (String line : status) {
      if (line.startsWith(EFFECTIVE)) {
        return of(Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).strip(), 16));
      }
    }
    throw new IOException("/proc/self/status: no line " + EFFECTIVE);
  }

  private static Capabilities of(long mask) {
    Set<Capability> effective = EnumSet.noneOf(Capability.class);
    for (Capability capability : Capability.values()) {
      if (capability.isIn(mask)) {
        effective.add(capability);
      }
    }
    return new Capabilities(effective);
  }
}
