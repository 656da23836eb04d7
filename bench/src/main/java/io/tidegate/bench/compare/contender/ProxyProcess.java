package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A running proxy: one process and its children, bound to some cores. */
public final class ProxyProcess implements AutoCloseable {

  private static final long END_MILLIS = 3_000;

  private final Contender contender;
  private final Place place;
  private final Process process;
  private volatile List<ProcessHandle> tree;

  private ProxyProcess(Contender contender, Place place, Process process) {
    this.contender = contender;
    this.place = place;
    this.process = process;
    tree = List.of(process.toHandle());
  }

  /**
   * Writes the configuration and starts the program; it need not listen yet.
   *
   * @param placing the command by which another one is started, on its cores
   */
  static ProxyProcess start(Contender contender, Path program, Place place, List<String> placing)
      throws IOException {
    Files.writeString(place.config(), contender.config().text(place));
    List<String> command = new ArrayList<>(placing);
    command.add(program.toString());
    command.addAll(contender.command().arguments(place));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(place.folder().toFile());
    builder.redirectErrorStream(true).redirectOutput(output(place).toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return new ProxyProcess(contender, place, builder.start());
  }

  private static Path output(Place place) {
    return place.folder().resolve("output");
  }

  public Contender contender() {
    return contender;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), place.port());
  }

  /** Looks up its children; to be called when it serves, before anything is measured. */
  public void settle() {
    tree = Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  public List<Long> pids() {
    return tree.stream().map(ProcessHandle::pid).toList();
  }

  /**
   * Looks whether it still runs.
   *
   * @throws IOException with the end of its output if it does not
   */
  public void checkAlive() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          "%s ended with exit code %d: %s"
              .formatted(contender.name(), process.exitValue(), lastOutput()));
    }
  }

  private String lastOutput() throws IOException {
    String text = new String(Files.readAllBytes(output(place)), StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "it said nothing" : text.substring(Math.max(0, text.length() - 400));
  }

  /** CPU time used so far, user and system, by it and its children. */
  public long cpuNanos() {
    long sum = 0;
    for (ProcessHandle member : tree) {
      sum += Math.max(0, Libc.cpuNanos(member.pid()));
    }
    return sum;
  }

  /** Memory of it and its children, now. */
  public Memory memory() throws IOException {
    Memory sum = new Memory(0, 0);
    for (ProcessHandle member : tree) {
      sum = sum.plus(Memory.of(member.pid()));
    }
    return sum;
  }

  /** Stops it in its tracks, so that its timers cost nothing while others are measured. */
  public void freeze() {
    tree.forEach(member -> Libc.kill(member.pid(), Libc.SIGSTOP));
  }

  public void thaw() {
    tree.forEach(member -> Libc.kill(member.pid(), Libc.SIGCONT));
  }

  /** Ends it and its children, by force if they do not follow; removes its folder. */
  @Override
  public void close() {
    settle();
    thaw();
    tree.forEach(ProcessHandle::destroy);
    boolean ended = false;
    try {
      ended = process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended || tree.stream().anyMatch(ProcessHandle::isAlive)) {
      tree.forEach(ProcessHandle::destroyForcibly);
    }
    removeFolder();
  }

  private void removeFolder() {
    try (Stream<Path> files = Files.walk(place.folder())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + place.folder(), e);
    }
  }
}
