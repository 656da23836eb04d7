package io.tidegate.agent.swarm;

import io.tidegate.agent.peer.StateFile;
import io.tidegate.agent.peer.StateFile.Saved;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is known on disk, on a thread of its own: soon after a change, and seldom enough to
 * take a fiftieth of the time at most.
 */
final class Saver implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Saver.class);
  private static final long MIN_PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
  private static final int PAUSES_PER_WRITE = 50;

  private final StateFile file;
  private final BlockingQueue<Saved> next = new ArrayBlockingQueue<>(1);
  private volatile boolean isBusy;
  private @Nullable String complaint;

  Saver(StateFile file) {
    this.file = file;
  }

  /** What was saved before the start, or null without any that can be read. */
  @Nullable Saved read() {
    try {
      return file.read();
    } catch (IOException e) {
      LOG.warn("{}; beginning without it", e.getMessage());
      return null;
    }
  }

  /** Whether it would save something now. From any thread. */
  boolean isReady() {
    return !isBusy;
  }

  /** Saves a state, if it is ready. */
  void save(Saved saved) {
    isBusy = true;
    if (!next.offer(saved)) {
      throw new IllegalStateException("not ready");
    }
  }

  @Override
  public void run() {
    // What the first write takes says nothing of the next: its code is cold.
    int pausesPerWrite = 0;
    try {
      while (!Thread.interrupted()) {
        Saved saved = next.take();
        long startNanos = System.nanoTime();
        write(saved);
        long tookNanos = System.nanoTime() - startNanos;
        TimeUnit.NANOSECONDS.sleep(Math.max(MIN_PAUSE_NANOS, pausesPerWrite * tookNanos));
        pausesPerWrite = PAUSES_PER_WRITE;
        isBusy = false;
      }
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  private void write(Saved saved) {
    try {
      file.write(saved);
      complaint = null;
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(complaint)) {
        complaint = why;
        LOG.warn("{}; after a restart this node begins without what it knows now", why);
      }
    }
  }
}
