package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process holds of the machine's memory.
 *
 * @param residentBytes what it can touch without a page fault (RSS)
 * @param proportionalBytes the same, pages that n processes share counting for an n-th (PSS)
 */
public record Memory(long residentBytes, long proportionalBytes) {

  /** Reads it from the kernel. */
  static Memory of(long pid) throws IOException {
    return parse(Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")));
  }

  /** Reads lines as in {@code Rss: 1234 kB}. */
  static Memory parse(List<String> lines) throws IOException {
    return new Memory(bytes(lines, "Rss:"), bytes(lines, "Pss:"));
  }

  private static long bytes(List<String> lines, String name) throws IOException {
    for (String line : lines) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1_024;
      }
    }
    throw new IOException("no line " + name + " in smaps_rollup");
  }

  public Memory plus(Memory other) {
    return new Memory(
        residentBytes + other.residentBytes, proportionalBytes + other.proportionalBytes);
  }

  public Memory minus(Memory other) {
    return new Memory(
        residentBytes - other.residentBytes, proportionalBytes - other.proportionalBytes);
  }
}
