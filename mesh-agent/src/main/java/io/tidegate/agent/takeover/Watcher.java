package io.tidegate.agent.takeover;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after something on a thread of its own: when it is woken, and after a while by itself. What
 * is in the way is said once and counted, and waited for.
 *
 * <pre>
 *   look ──► well: until it is woken, or {@link #PERIOD} at the most ──► look …
 *     └────► something is in the way: {@link #PAUSE}, woken or not ──► look …
 * </pre>
 */
public final class Watcher {

  private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

  /** The longest rest where there is something to look at. */
  public static final Duration PERIOD = Duration.ofSeconds(2);

  public static final long UNTIL_WOKEN_NANOS = Long.MAX_VALUE;

  // However often it is woken meanwhile: each attempt may cost a process.
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final String name;
  private final BooleanSupplier look;
  private final LongSupplier restNanos;
  private final Thread thread;

  // Under the lock of whoever is looked after.
  private long failures;
  private @Nullable String error;

  private volatile boolean isWoken;
  private volatile boolean isClosed;

  /**
   * One that is not started.
   *
   * @param name of the thread, and for the log
   * @param look returns false if something is in the way
   * @param restNanos how long to rest after a look, unless it is woken: {@link #PERIOD}, or {@link
   *     #UNTIL_WOKEN_NANOS} where there is nothing to look at
   */
  public Watcher(String name, BooleanSupplier look, LongSupplier restNanos) {
    this.name = name;
    this.look = look;
    this.restNanos = restNanos;
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** There is something to look at. For any thread. */
  public void wake() {
    isWoken = true;
    LockSupport.unpark(thread);
  }

  /** Looks no more. For any thread, any number of times. */
  public void close() {
    isClosed = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!isClosed) {
      isWoken = false;
      boolean isWell = look.getAsBoolean();
      if (!isWell) {
        pause();
      } else if (!isWoken && !isClosed) {
        LockSupport.parkNanos(restNanos.getAsLong());
      }
    }
  }

  private void pause() {
    long endNanos = System.nanoTime() + PAUSE.toNanos();
    while (!isClosed && System.nanoTime() - endNanos < 0) {
      LockSupport.parkNanos(endNanos - System.nanoTime());
    }
  }

  // --- what is in the way ---

  /**
   * Something is.
   *
   * @param consequence for the log, which is told once as long as it is the same thing
   */
  public void onFailed(String message, String consequence) {
    failures++;
    if (!message.equals(error)) {
      LOG.warn("{}: {}; {}", name, message, consequence);
    }
    error = message;
  }

  /** Nothing is. */
  public void onWell() {
    if (error != null) {
      LOG.info("{}: all is well again", name);
    }
    error = null;
  }

  /** How often something was. */
  public long failures() {
    return failures;
  }

  /** What is now; null if nothing is. */
  public @Nullable String error() {
    return error;
  }
}
