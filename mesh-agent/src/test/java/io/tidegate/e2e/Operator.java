package io.tidegate.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whoever types docker's commands, and types one again where the engine answers that it is not able
 * to at the moment: a manager that was just restarted, demoted or given a new root is busy. What
 * returns is the attempt that was accepted, so whatever a test measures begins there.
 */
final class Operator {

  private static final Logger LOG = LoggerFactory.getLogger(Operator.class);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final Pattern NOT_AT_THE_MOMENT =
      Pattern.compile(
          "DeadlineExceeded|context deadline exceeded|does not have a leader|lost leader status"
              + "|no elected cluster leader|connection refused|Unavailable|update out of sequence"
              + "|Manager is being prepared");

  /** An attempt whose answer came too late may have been accepted all the same. */
  private static final Pattern ALREADY_SO =
      Pattern.compile(
          "No such service|not found|name conflicts with an existing object"
              + "|already part of a swarm");

  private Operator() {}

  /** Runs a docker client against a node's engine and returns what the accepted attempt prints. */
  static String docker(String node, String... args) {
    return insist("docker " + node + " " + String.join(" ", args), () -> Lab.docker(node, args));
  }

  static String insist(String command, Supplier<String> attempt) {
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    for (int attempts = 1; ; attempts++) {
      try {
        return attempt.get();
      } catch (Lab.CommandFailed e) {
        if (attempts > 1 && ALREADY_SO.matcher(e.answer()).find()) {
          return e.answer();
        }
        if (!NOT_AT_THE_MOMENT.matcher(e.answer()).find() || System.nanoTime() > endNanos) {
          throw e;
        }
        LOG.warn(
            "{}: to be repeated, as attempt {} was answered: {}", command, attempts, e.answer());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
