package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Counts the system calls of a running proxy, with perf (counters in the kernel) where it works,
 * otherwise with strace, which slows the proxy down many times over: never while time is taken.
 */
public final class SyscallCounter {

  private static final long ATTACH_LIMIT_MILLIS = 5_000;
  private static final long ATTACH_STEP_MILLIS = 100;
  private static final long END_MILLIS = 5_000;
  // Each gets a counter in each thread; all others are counted together.
  private static final List<String> PERF_CALLS =
      List.of(
          "accept4",
          "bind",
          "close",
          "connect",
          "epoll_ctl",
          "epoll_pwait",
          "epoll_pwait2",
          "epoll_wait",
          "fcntl",
          "futex",
          "getpeername",
          "getsockname",
          "getsockopt",
          "ioctl",
          "pipe2",
          "read",
          "readv",
          "recvfrom",
          "recvmmsg",
          "recvmsg",
          "sendmmsg",
          "sendmsg",
          "sendto",
          "setsockopt",
          "shutdown",
          "socket",
          "splice",
          "timerfd_settime",
          "write",
          "writev");

  /** A program that counts. */
  private enum Tool {
    PERF,
    STRACE
  }

  private final Tool tool;
  private final Path program;

  private SyscallCounter(Tool tool, Path program) {
    this.tool = tool;
    this.program = program;
  }

  /** The best way to count that works here. */
  public static Optional<SyscallCounter> find() {
    Optional<Path> perf = Programs.find("perf");
    if (perf.isPresent() && canCount(perf.get())) {
      return Optional.of(new SyscallCounter(Tool.PERF, perf.get()));
    }
    return Programs.find("strace").map(path -> new SyscallCounter(Tool.STRACE, path));
  }

  private static boolean canCount(Path perf) {
    try {
      Programs.firstLine(perf, List.of("stat", "-e", perfEvents(), "true"));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  public String name() {
    return tool == Tool.PERF ? "perf stat" : "strace -c -f";
  }

  /** What is counted, and runs while it is. */
  @FunctionalInterface
  public interface Work<X extends Exception> {
    void run() throws IOException, X;
  }

  /**
   * Counts from before some work to behind it.
   *
   * @return calls by name
   */
  public <X extends Exception> Map<String, Long> count(ProxyProcess proxy, Work<X> work)
      throws IOException, X {
    Path output = Files.createTempFile("bench-syscalls-", "");
    try {
      Process counting = start(proxy, output);
      try {
        awaitAttached(counting, proxy);
        work.run();
      } finally {
        Libc.kill(counting.pid(), Libc.SIGINT);
        if (!awaitEnd(counting, END_MILLIS)) {
          counting.destroyForcibly();
        }
      }
      List<String> lines = Files.readAllLines(output);
      return tool == Tool.PERF ? SyscallCounts.ofPerf(lines) : SyscallCounts.ofStrace(lines);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Waits until no more is being opened, or every process is traced. */
  private void awaitAttached(Process counting, ProxyProcess proxy) throws IOException {
    long before = -1;
    for (long waited = 0; waited < ATTACH_LIMIT_MILLIS; waited += ATTACH_STEP_MILLIS) {
      if (awaitEnd(counting, ATTACH_STEP_MILLIS)) {
        throw new IOException(name() + " ended with exit code " + counting.exitValue());
      }
      long now = tool == Tool.PERF ? openFiles(counting.pid()) : traced(proxy.pids());
      if (now == before && now >= (tool == Tool.PERF ? PERF_CALLS.size() : proxy.pids().size())) {
        return;
      }
      before = now;
    }
    throw new IOException(name() + " did not attach within " + ATTACH_LIMIT_MILLIS + " ms");
  }

  private static long openFiles(long pid) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.count();
    }
  }

  private static long traced(List<Long> pids) throws IOException {
    long traced = 0;
    for (long pid : pids) {
      String status = Files.readString(Path.of("/proc/" + pid + "/status"));
      traced += status.contains("TracerPid:\t0\n") ? 0 : 1;
    }
    return traced;
  }

  private Process start(ProxyProcess proxy, Path output) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    List<String> pids = proxy.pids().stream().map(String::valueOf).toList();
    if (tool == Tool.PERF) {
      command.addAll(List.of("stat", "-x,", "-o", output.toString(), "-e", perfEvents()));
      command.addAll(List.of("-p", String.join(",", pids)));
    } else {
      command.addAll(List.of("-c", "-f", "-q", "-o", output.toString()));
      pids.forEach(pid -> command.addAll(List.of("-p", pid)));
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static String perfEvents() {
    List<String> events = new ArrayList<>(List.of(SyscallCounts.PERF_TOTAL));
    PERF_CALLS.forEach(call -> events.add(SyscallCounts.PERF_CALL.formatted(call)));
    return String.join(",", events);
  }

  private static boolean awaitEnd(Process process, long millis) throws IOException {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while counting system calls", e);
    }
  }
}
