package io.tidegate.overload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The memory of this process's cgroup (version 2), all kinds of it: heap, buffers of sockets, pages
 * of files. Where the cgroup has no limit of its own, one above it may have one.
 */
public final class CgroupMemory {

  private static final String UNLIMITED = "max";
  private static final Pattern RECLAIMABLE = Pattern.compile("(?:in)?active_file ([0-9]+)");

  private final Path directory;

  private CgroupMemory(Path directory) {
    this.directory = directory;
  }

  /** That of this process; in a container it is seen as the topmost one. */
  public static CgroupMemory own() {
    return of(Path.of("/sys/fs/cgroup"), Path.of("/proc/self/cgroup"));
  }

  /**
   * That of a process.
   *
   * @param root where the hierarchy is mounted
   * @param membership the process's {@code /proc/…/cgroup}
   */
  static CgroupMemory of(Path root, Path membership) {
    try (Stream<String> lines = Files.lines(membership)) {
      return lines
          .filter(line -> line.startsWith("0::/"))
          .map(line -> root.resolve(line.substring("0::/".length())))
          .findFirst()
          .map(directory -> new CgroupMemory(withLimit(directory, root)))
          .orElseGet(() -> new CgroupMemory(root));
    } catch (IOException | UncheckedIOException e) {
      return new CgroupMemory(root);
    }
  }

  private static Path withLimit(Path own, Path root) {
    for (Path directory = own;
        directory != null && directory.startsWith(root);
        directory = directory.getParent()) {
      if (new CgroupMemory(directory).ratio().isPresent()) {
        return directory;
      }
    }
    return own;
  }

  /**
   * The share in use, without pages of files, which the kernel can take back; empty without a
   * limit.
   */
  public OptionalDouble ratio() {
    Path max = directory.resolve("memory.max");
    if (!Files.exists(max)) {
      return OptionalDouble.empty();
    }
    try {
      String limit = Files.readString(max).strip();
      return limit.equals(UNLIMITED)
          ? OptionalDouble.empty()
          : OptionalDouble.of((double) (used() - reclaimable()) / Long.parseLong(limit));
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private long used() throws IOException {
    return Long.parseLong(Files.readString(directory.resolve("memory.current")).strip());
  }

  private long reclaimable() throws IOException {
    try (Stream<String> lines = Files.lines(directory.resolve("memory.stat"))) {
      return lines
          .map(RECLAIMABLE::matcher)
          .filter(Matcher::matches)
          .mapToLong(line -> Long.parseLong(line.group(1)))
          .sum();
    }
  }
}
