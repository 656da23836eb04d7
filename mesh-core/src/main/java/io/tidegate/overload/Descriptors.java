package io.tidegate.overload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.NanoClock;

/** The descriptors that this process has open, and those that it may have. */
public final class Descriptors {

  // A management bean tells the same, at the price of starting the JVM's management.
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String OPEN_FILES = "Max open files";
  private static final long USUAL_LIMIT = 1_024;
  private static final Path OPEN = Path.of("/proc/self/fd");

  // For listeners, pipes, Docker, peers, the admin pages and the program itself.
  private static final long KEPT_BACK = 512;

  // An old kernel's are counted one by one, for a hundredth of the time at the most.
  private static final int PAUSE_PER_COUNT = 100;
  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final NanoClock clock;
  private final long limit = limit();
  private long counted;
  private long countAgainAtNanos;

  public Descriptors(NanoClock clock) {
    this.clock = clock;
    countAgainAtNanos = clock.nanoTime();
  }

  /** How many the process may have. */
  public static long limit() {
    try (Stream<String> limits = Files.lines(LIMITS)) {
      return limits
          .filter(line -> line.startsWith(OPEN_FILES))
          .map(line -> line.substring(OPEN_FILES.length()).strip().split(" ", 2)[0])
          .filter(soft -> !soft.equals("unlimited"))
          .mapToLong(Long::parseLong)
          .findAny()
          .orElse(USUAL_LIMIT);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + LIMITS, e);
    }
  }

  /** How many of them clients and their tasks may have: the rest is for what must go on. */
  public static long forClients(long limit) {
    return limit - Math.min(KEPT_BACK, limit / 2);
  }

  /** The share in use of those that are not kept back; empty where they cannot be counted. */
  public OptionalDouble ratio() {
    try {
      return OptionalDouble.of((double) open() / forClients(limit));
    } catch (IOException | UncheckedIOException e) {
      return OptionalDouble.empty();
    }
  }

  /** How many are open. */
  long open() throws IOException {
    // Since Linux 6.2 the directory's size is their number.
    long size = Files.size(OPEN);
    return size > 0 ? size : count();
  }

  private long count() throws IOException {
    long beginNanos = clock.nanoTime();
    if (beginNanos - countAgainAtNanos >= 0) {
      try (Stream<Path> all = Files.list(OPEN)) {
        counted = all.count();
      }
      long endNanos = clock.nanoTime();
      long tookNanos = endNanos - beginNanos;
      countAgainAtNanos = endNanos + Math.max(PAUSE_PER_COUNT * tookNanos, SHORTEST_PAUSE_NANOS);
    }
    return counted;
  }
}
