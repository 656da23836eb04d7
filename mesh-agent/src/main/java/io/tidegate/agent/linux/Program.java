package io.tidegate.agent.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A program of the system, as {@code nft} or {@code ip}, that can be run inside a network
 * namespace. Not for a shard's loop: a run takes milliseconds.
 *
 * @param namespace path of the namespace to run in; null for the agent's own
 */
public record Program(Path file, @Nullable Path namespace) {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int MOST_OUTPUT = 256 << 10;
  // Where administrators' programs are, which are in nobody else's PATH.
  private static final List<String> FOLDERS =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /** How a run ended. */
  record Outcome(int exit, String said) {

    boolean isWell() {
      return exit == 0;
    }
  }

  /** It ran to its end, and would not do what it was told. */
  public static final class Refused extends IOException {

    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** Finds a program by its name, in the PATH or where such programs are on most systems. */
  public static Optional<Program> find(String name, @Nullable Path namespace) {
    String path = System.getenv().getOrDefault("PATH", "");
    return find(name, namespace, Stream.concat(Stream.of(path.split(":", -1)), FOLDERS.stream()));
  }

  static Optional<Program> find(String name, @Nullable Path namespace, Stream<String> folders) {
    return folders
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> Path.of(folder, name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .map(file -> new Program(file, namespace));
  }

  /**
   * Runs to the end.
   *
   * @param input what the program reads
   * @return what it wrote, at most 256 KiB
   * @throws Refused naming program, namespace, exit code and what it said, if it fails
   * @throws IOException if it cannot be started, or does not end in time
   */
  public String run(String input, String... arguments) throws IOException {
    Outcome outcome = tried(input, arguments);
    if (!outcome.isWell()) {
      throw new Refused(
          "%s: exit code %d: %s".formatted(this, outcome.exit, oneLine(outcome.said)));
    }
    return outcome.said;
  }

  /**
   * Runs to the end, however that is.
   *
   * @throws IOException if it cannot be started, or does not end within 10 s: it is killed then
   */
  Outcome tried(String input, String... arguments) throws IOException {
    return tried(TIMEOUT, input, arguments);
  }

  Outcome tried(Duration timeout, String input, String... arguments) throws IOException {
    Process process = start(arguments);
    try {
      FutureTask<String> said = new FutureTask<>(() -> readAll(process.getInputStream()));
      // A program that reads nothing must not keep us for longer than its time.
      Thread.ofPlatform().name("tidegate-program-out").daemon().start(said);
      Thread.ofPlatform().name("tidegate-program-in").daemon().start(() -> feed(process, input));
      if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IOException("%s: not done after %d ms".formatted(this, timeout.toMillis()));
      }
      return new Outcome(process.exitValue(), said.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(this + ": interrupted");
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IOException("%s: %s".formatted(this, e.getCause()), e);
    } finally {
      process.destroyForcibly();
    }
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(file.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    return namespace == null
        ? builder.start()
        : NetworkNamespaces.inside(namespace, builder::start);
  }

  private static void feed(Process process, String input) {
    try (OutputStream out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended before it had read all, and says why by its exit code.
    }
  }

  /** Reads to the end, so that the program can write all that it has to say, and keeps a part. */
  private static String readAll(InputStream in) throws IOException {
    byte[] kept = in.readNBytes(MOST_OUTPUT);
    in.skip(Long.MAX_VALUE);
    return new String(kept, StandardCharsets.UTF_8);
  }

  private static String oneLine(String said) {
    return said.isBlank() ? "it said nothing" : said.strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  /** As in {@code /usr/sbin/nft in /var/run/docker/netns/ingress_sbox}. */
  @Override
  public String toString() {
    return namespace == null ? file.toString() : file + " in " + namespace;
  }
}
