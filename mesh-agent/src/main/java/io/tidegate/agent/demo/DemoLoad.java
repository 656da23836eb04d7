package io.tidegate.agent.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * The demo's own clients: a gentle, steady stream of requests, so that the table has something to
 * show.
 */
final class DemoLoad implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(250);

  private final List<Thread> clients = new ArrayList<>();
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();

  /**
   * Starts clients of one address, each on a virtual thread of its own.
   *
   * @param isServed asked before each request: nobody calls what is not there
   */
  void start(InetSocketAddress target, int count, BooleanSupplier isServed) {
    for (int i = 0; i < count; i++) {
      clients.add(Thread.ofVirtual().start(() -> run(target, isServed)));
    }
  }

  long answered() {
    return answered.sum();
  }

  long failed() {
    return failed.sum();
  }

  @Override
  public void close() {
    clients.forEach(Thread::interrupt);
  }

  private void run(InetSocketAddress target, BooleanSupplier isServed) {
    try (DemoClient client = new DemoClient(target)) {
      Thread.sleep(ThreadLocalRandom.current().nextLong(PAUSE.toMillis()));
      while (true) {
        if (isServed.getAsBoolean()) {
          request(client);
        } else {
          client.disconnect();
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException _) {
      // The demo ends.
    }
  }

  private void request(DemoClient client) {
    try {
      client.request();
      answered.increment();
    } catch (IOException e) {
      // Interrupting a virtual thread closes the socket that it waits on: that is no failure.
      if (!Thread.currentThread().isInterrupted()) {
        failed.increment();
      }
    }
  }
}
