package io.tidegate.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine that all nodes of the lab share. */
final class Machine {

  private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

  private static final Path STAT = Path.of("/proc/stat");
  private static final double QUIET = 0.3;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Machine() {}

  /**
   * Where a daemon's program is. Skips the calling test, saying why, where there is none; where
   * nothing may be skipped, fails it.
   */
  static Path requireProgram(String name) {
    Path program = Path.of("/usr/sbin", name);
    boolean isThere = Files.isExecutable(program);
    if (System.getenv("TIDEGATE_LAB_REQUIRED") != null && !isThere) {
      throw new AssertionError(name + " is not installed");
    }
    if (!isThere) {
      LOG.info("skipped: needs {}", name);
    }
    assumeTrue(isThere, "needs " + name);
    return program;
  }

  /** The time of all cores since the start, in ticks. */
  private record Ticks(long busy, long all) {

    static Ticks now() throws IOException {
      String[] words = Files.readAllLines(STAT).getFirst().split(" +", -1);
      long all = 0;
      for (int i = 1; i <= 8; i++) {
        all += Long.parseLong(words[i]);
      }
      long idle = Long.parseLong(words[4]) + Long.parseLong(words[5]);
      return new Ticks(all - idle, all);
    }

    double busySince(Ticks before) {
      return (double) (busy - before.busy) / Math.max(1, all - before.all);
    }
  }

  /**
   * Waits until what went before is over: until the cores were idle for most of a second. A machine
   * that others keep busy is taken as it is.
   */
  static void awaitQuiet() throws IOException {
    Ticks[] last = {Ticks.now()};
    try {
      Awaitility.await("a quiet machine")
          .atMost(PATIENCE)
          .pollDelay(Duration.ofSeconds(1))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> {
                Ticks now = Ticks.now();
                double busy = now.busySince(last[0]);
                last[0] = now;
                return busy < QUIET;
              });
    } catch (ConditionTimeoutException e) {
      LOG.warn("the machine is busy, and stays so");
    }
  }
}
