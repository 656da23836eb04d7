package io.tidegate.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A {@link ProxyProgram}, with what the system knows of it. */
final class ProxyProcess implements AutoCloseable {

  private static final int STDERR = 2;

  private final Process process;
  private final BufferedReader out;
  private final PrintStream in;
  final int port;

  private ProxyProcess(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    out = process.inputReader(StandardCharsets.US_ASCII);
    in = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
    port = Integer.parseInt(line());
    // Whatever takes a descriptor only once has taken it now.
    vitals();
  }

  static ProxyProcess start(InetSocketAddress... tasks) throws IOException {
    return new ProxyProcess(java(tasks));
  }

  /** With no more than that many descriptors, whatever they are needed for. */
  static ProxyProcess startWithDescriptors(int descriptors, InetSocketAddress... tasks)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh"));
    command.addAll(java(tasks));
    return new ProxyProcess(command);
  }

  private static List<String> java(InetSocketAddress... tasks) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + System.getProperty("jvm.options"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ProxyProgram.class.getName());
    for (InetSocketAddress task : tasks) {
      command.add(task.getAddress().getHostAddress() + ":" + task.getPort());
    }
    return command;
  }

  private String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IOException("the proxy's process has ended");
    }
    return line;
  }

  Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    socket.setSoTimeout(20_000);
    return socket;
  }

  Vitals vitals() {
    return ask("");
  }

  /** The vitals behind a collection. */
  Vitals vitalsAlive() {
    return ask(ProxyProgram.COLLECT);
  }

  private Vitals ask(String how) {
    in.println(how);
    try {
      return Vitals.parse(line());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many descriptors are open, but for those that every process begins with. */
  long descriptors() {
    return count("");
  }

  /** How many of them are ends of pipes. */
  long pipeEnds() {
    return count("pipe:");
  }

  private long count(String start) {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return descriptors
          .filter(fd -> Integer.parseInt(fd.getFileName().toString()) > STDERR)
          .filter(fd -> target(fd).startsWith(start))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return "closed meanwhile";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** User and system time of all its threads. */
  Duration cpuTime() {
    return process.toHandle().info().totalCpuDuration().orElseThrow();
  }

  /** Bytes of memory, shared pages included. */
  long residentBytes() throws IOException {
    String pages = Files.readString(Path.of("/proc/" + process.pid() + "/statm")).split(" ", 3)[1];
    return Long.parseLong(pages) * 4_096;
  }

  @Override
  public void close() {
    in.close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
