package io.tidegate.agent.linux;

import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds out who holds a port in this process's network namespace. */
public final class PortHolder {

  // Listening, and for UDP bound but not connected.
  private static final String TCP_STATE = "0A";
  private static final String UDP_STATE = "07";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private PortHolder() {}

  /**
   * Describes the holder in words that fit behind "port 8080 is", as in {@code held by dockerd (pid
   * 123)}; null if nobody listens there.
   */
  public static @Nullable String describe(int port, Protocol protocol) {
    return describe(port, protocol, Path.of("/proc"));
  }

  /**
   * The same below another root.
   *
   * @param proc {@code /proc}, or a folder with the same layout
   */
  static @Nullable String describe(int port, Protocol protocol, Path proc) {
    Set<String> inodes = new HashSet<>();
    for (String table : new String[] {"self/net/" + protocol, "self/net/" + protocol + "6"}) {
      addInodes(proc.resolve(table), port, protocol, inodes);
    }
    if (inodes.isEmpty()) {
      return null;
    }
    String process = processWith(inodes, proc);
    return "held by " + (process == null ? "a process that this one may not look at" : process);
  }

  /** Adds the inodes of the sockets on the port, from a /proc/net/tcp or udp. */
  private static void addInodes(Path table, int port, Protocol protocol, Set<String> inodes) {
    String state = protocol == Protocol.TCP ? TCP_STATE : UDP_STATE;
    String address = ":%04X ".formatted(port);
    try (Stream<String> lines = Files.lines(table)) {
      Stream<String> sockets = lines.skip(1);
      // The kernel tells of listening sockets first, and of as many others as there are
      // connections.
      (protocol == Protocol.TCP ? sockets.takeWhile(line -> isIn(state, line)) : sockets)
          .filter(line -> line.contains(address))
          .map(line -> line.strip().split("\\s+", -1))
          .filter(columns -> columns.length > INODE)
          .filter(columns -> (columns[LOCAL_ADDRESS] + " ").endsWith(address))
          .filter(columns -> columns[STATE].equals(state))
          .forEach(columns -> inodes.add(columns[INODE]));
    } catch (IOException | UncheckedIOException e) {
      // no such protocol here
    }
  }

  private static boolean isIn(String state, String line) {
    return line.contains(" " + state + " ");
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
