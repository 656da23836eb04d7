package io.tidegate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Agents as plain processes: {@code swarm-lab exec n1 ./tidegate agent}, without any option. */
final class ProcessAgents implements Agents {

  private final List<Process> processes = new ArrayList<>();

  @Override
  public void start() {
    try {
      Path logs = Files.createDirectories(Lab.ROOT.resolve("mesh-agent/target/e2e"));
      for (String node : Lab.nodes()) {
        Path log = logs.resolve("agent-" + node + ".log");
        processes.add(
            Lab.start(
                ProcessBuilder.Redirect.to(log.toFile()),
                "exec",
                node,
                Lab.ROOT.resolve("tidegate").toString(),
                "agent"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<String> nodesThatServeWithout(String node) {
    return Lab.nodes();
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    for (Process process : processes) {
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
