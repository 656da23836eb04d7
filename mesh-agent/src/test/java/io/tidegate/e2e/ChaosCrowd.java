package io.tidegate.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Many clients in a process of their own, {@code deploy/lab/crowd.pl}: what they cost is not to be
 * seen in the latency of the load.
 */
final class ChaosCrowd implements AutoCloseable {

  private static final String SCRIPT = Lab.ROOT.resolve("deploy/lab/crowd.pl").toString();

  private final Process process;
  private final BufferedReader output;

  private ChaosCrowd(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("exec", "client", "perl", SCRIPT));
    command.addAll(arguments);
    process = Lab.start(ProcessBuilder.Redirect.PIPE, command.toArray(String[]::new));
    output = process.inputReader();
  }

  /** Clients that connect to the port of a node, so many each second, and never ask for much. */
  static ChaosCrowd hold(int count, int perSecond, String node) throws IOException {
    return new ChaosCrowd(
        List.of("hold", String.valueOf(count), String.valueOf(perSecond), target(node)));
  }

  /** One address that asks all nodes in turn, each time over a new connection. */
  static ChaosCrowd ask(int perSecond, String from) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("ask", String.valueOf(perSecond), from));
    Lab.nodes().forEach(node -> arguments.add(target(node)));
    return new ChaosCrowd(arguments);
  }

  private static String target(String node) {
    return Lab.address(node) + ":" + ChaosStage.PORT;
  }

  /** Waits until all are connected. */
  void awaitAll(int seconds) {
    String line = line(seconds);
    if (line == null || !line.startsWith("all ")) {
      throw new AssertionError("crowd: " + line);
    }
  }

  /** Tells it to end: clients that hold connections go as quickly as they came. */
  void leave() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits until all have left; returns what became of the connections, by name. */
  Map<String, Integer> outcomes() {
    String line = line(60);
    String[] words = line == null ? new String[0] : line.split(" ", -1);
    if (words.length < 2 || words.length % 2 != 0) {
      throw new AssertionError("crowd: " + line);
    }
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < words.length; i += 2) {
      outcomes.put(words[i], Integer.parseInt(words[i + 1]));
    }
    return outcomes;
  }

  private @Nullable String line(int seconds) {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return output.readLine();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .orTimeout(seconds, TimeUnit.SECONDS)
        .join();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
