package io.tidegate.agent.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out who listens on a TCP port in this process's network namespace. */
public final class PortHolder {

  private static final String STATE_LISTEN = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private PortHolder() {}

  /**
   * Describes the holder in words that fit behind "port 8080 is", as in {@code held by dockerd (pid
   * 123)}; null if nobody listens there.
   */
  public static @Nullable String describe(int port) {
    return describe(port, Path.of("/proc"));
  }

  /**
   * The same below another root.
   *
   * @param proc {@code /proc}, or a folder with the same layout
   */
  static @Nullable String describe(int port, Path proc) {
    Set<String> inodes = new HashSet<>();
    for (String table : new String[] {"self/net/tcp", "self/net/tcp6"}) {
      inodes.addAll(listeningInodes(lines(proc.resolve(table)), port));
    }
    if (inodes.isEmpty()) {
      return null;
    }
    String process = processWith(inodes, proc);
    return "held by " + (process == null ? "a process that this one may not look at" : process);
  }

  /** The inodes of the sockets that listen on the port, from the lines of a /proc/net/tcp. */
  static Set<String> listeningInodes(List<String> table, int port) {
    String suffix = ":%04X".formatted(port);
    Set<String> inodes = new HashSet<>();
    for (String line : table) {
      String[] columns = line.strip().split("\\s+", -1);
      if (columns.length > INODE
          && columns[LOCAL_ADDRESS].endsWith(suffix)
          && columns[STATE].equals(STATE_LISTEN)) {
        inodes.add(columns[INODE]);
      }
    }
    return inodes;
  }

  private static @Nullable String processWith(Set<String> inodes, Path proc) {
    for (Path process : entries(proc, "[0-9]*")) {
      for (Path fd : entries(process.resolve("fd"), "*")) {
        if (isSocket(fd, inodes)) {
          List<String> command = lines(process.resolve("comm"));
          String name = command.isEmpty() ? "a process" : command.getFirst();
          return name + " (pid " + process.getFileName() + ")";
        }
      }
    }
    return null;
  }

  private static boolean isSocket(Path fd, Set<String> inodes) {
    try {
      String target = Files.readSymbolicLink(fd).toString();
      return target.startsWith("socket:[")
          && inodes.contains(target.substring("socket:[".length(), target.length() - 1));
    } catch (IOException e) {
      return false;
    }
  }

  /** What may be listed of a folder; nothing where looking is not permitted. */
  private static List<Path> entries(Path folder, String glob) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
      stream.forEach(entries::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // a process that ended meanwhile, or one of another user
    }
    return entries;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
