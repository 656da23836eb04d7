package io.tidegate.proxy;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client every five milliseconds, whatever becomes of those before it. */
final class OpenLoop implements AutoCloseable {

  private static final long PERIOD_MILLIS = 5;

  private final ProxyFixture proxy;
  private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final List<String> failures = new CopyOnWriteArrayList<>();

  OpenLoop(ProxyFixture proxy) {
    this.proxy = proxy;
  }

  void start(int port) {
    var _ =
        pace.scheduleAtFixedRate(
            () -> Thread.ofVirtual().start(() -> request(port, sent.incrementAndGet())),
            0,
            PERIOD_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private void request(int port, int number) {
    try (Socket client = proxy.connect(port)) {
      client.getOutputStream().write(number);
      int answer = client.getInputStream().read();
      if (answer != (number & 0xff)) {
        failures.add(number + ": " + answer);
      }
    } catch (IOException e) {
      failures.add(number + ": " + e);
    } finally {
      ended.incrementAndGet();
    }
  }

  /** Waits until so many more have been sent. */
  void awaitSent(int more) {
    int until = sent.get() + more;
    Await.until(() -> sent.get() >= until);
  }

  /** Sends no more, waits for all answers, and returns what went wrong. */
  List<String> finish() {
    pace.shutdown();
    Await.until(() -> pace.isTerminated() && ended.get() == sent.get());
    return failures;
  }

  @Override
  public void close() {
    pace.shutdownNow();
  }
}
