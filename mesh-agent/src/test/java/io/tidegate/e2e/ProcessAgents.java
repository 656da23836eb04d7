package io.tidegate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Agents as plain processes: {@code swarm-lab exec n1 ./tidegate agent}. */
final class ProcessAgents implements AutoCloseable {

  private final List<String> options;
  private final Map<String, Process> processes = new TreeMap<>();

  /**
   * @param options of each; most need none
   */
  ProcessAgents(String... options) {
    this.options = List.of(options);
  }

  void start() {
    Lab.nodes().forEach(node -> truncate(log(node)));
    Lab.nodes().forEach(this::start);
  }

  /** Starts the one of a node. */
  void start(String node) {
    startUnder(List.of(), node);
  }

  /** Likewise, one that may not have more descriptors than this. */
  void startWithDescriptors(String node, int limit) {
    startUnder(List.of("prlimit", "--nofile=" + limit + ":" + limit), node);
  }

  private void startUnder(List<String> limits, String node) {
    List<String> command = new ArrayList<>(List.of("exec", node));
    command.addAll(limits);
    command.addAll(List.of(Lab.ROOT.resolve("tidegate").toString(), "agent"));
    command.addAll(options);
    try {
      Process process =
          Lab.start(
              ProcessBuilder.Redirect.appendTo(log(node).toFile()), command.toArray(String[]::new));
      processes.put(node, process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the one of a node with signal 9 and waits until it is gone. */
  void kill(String node) {
    Process process = processes.get(node);
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  /** Sends a signal by name to the one of a node, as {@code STOP}. */
  void signal(String node, String name) {
    Process process = processes.get(node);
    if (process != null) {
      Signals.send(process.toHandle(), name);
    }
  }

  /** Starts another one beside that of a node, which hands over to it and ends. */
  void upgrade(String node) {
    Process before = processes.get(node);
    start(node);
    if (before != null && before.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue() != 0) {
      throw new AssertionError("the agent of " + node + " did not end well: " + before);
    }
  }

  /** What the one of a node has said since the start. */
  String said(String node) {
    try {
      return Files.readString(log(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path log(String node) {
    return KeptLogs.LOGS.resolve("agent-" + node + ".log");
  }

  private static void truncate(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    processes.values().forEach(Process::destroy);
    for (Process process : processes.values()) {
      try {
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("an agent did not end on SIGTERM");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
      }
    }
  }
}
