package io.tidegate.agent;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** An agent as a process of its own, with a file of routes and a folder for what it keeps. */
final class AgentProcess implements AutoCloseable {

  private final Process process;
  private final Path log;
  private final int admin;

  private AgentProcess(Process process, Path log, int admin) {
    this.process = process;
    this.log = log;
    this.admin = admin;
  }

  /**
   * Starts one.
   *
   * @param folder where {@code routes.yml} is, and whatever it leaves
   * @param name of its log
   * @param admin the admin port
   */
  static AgentProcess start(Path folder, String name, int admin, String... args)
      throws IOException {
    return start(List.of(), folder, name, admin, args);
  }

  /** Starts one that may have no more than so many descriptors. */
  static AgentProcess startWithDescriptors(
      int descriptors, Path folder, String name, int admin, String... args) throws IOException {
    List<String> shell = List.of("sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh");
    return start(shell, folder, name, admin, args);
  }

  private static AgentProcess start(
      List<String> starter, Path folder, String name, int admin, String... args)
      throws IOException {
    Path log = folder.resolve(name + ".log");
    List<String> command = new ArrayList<>(starter);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@src/main/dist/jvm.options");
    command.addAll(List.of("-cp", mainClassPath(), "io.tidegate.agent.Main"));
    command.add("agent");
    if (!String.join(" ", args).contains("--source")) {
      command.add("--source=file:" + folder.resolve("routes.yml"));
    }
    command.addAll(List.of("--bind=127.0.0.1", "--state-dir=" + folder.resolve("state")));
    command.add("--admin=127.0.0.1:" + admin);
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("TIDEGATE_"));
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new AgentProcess(builder.start(), log, admin);
  }

  // Without the tests' own classes: their log configuration is not the program's.
  static String mainClassPath() {
    return Pattern.compile(Pattern.quote(System.getProperty("path.separator")))
        .splitAsStream(System.getProperty("java.class.path"))
        .filter(entry -> !entry.endsWith("test-classes"))
        .reduce((a, b) -> a + System.getProperty("path.separator") + b)
        .orElseThrow();
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  AgentProcess awaitLog(String text) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              if (!process.isAlive() && !log().contains(text)) {
                throw new AssertionError("ended without saying '" + text + "':\n" + log());
              }
              return log().contains(text);
            });
    return this;
  }

  /** The status of a page, or 0 where nobody answers. */
  static int status(int admin, String path) {
    HttpURLConnection connection = null;
    try {
      connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + admin + path).toURL().openConnection();
      connection.setConnectTimeout(2_000);
      connection.setReadTimeout(2_000);
      return connection.getResponseCode();
    } catch (IOException e) {
      return 0;
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }

  AgentProcess awaitReady() {
    awaitLog("ready: serving");
    await().until(() -> status(admin, "/readyz") == 200);
    return this;
  }

  void tellToStop() {
    process.destroy();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it has ended, and returns its exit code. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(40, TimeUnit.SECONDS)) {
      throw new AssertionError("has not ended:\n" + log());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
