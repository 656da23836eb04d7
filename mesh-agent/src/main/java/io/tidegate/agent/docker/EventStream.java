package io.tidegate.agent.docker;

import io.tidegate.agent.source.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a daemon's events for ever and turns them into news. Runs on a thread of its own until
 * that is interrupted.
 */
public final class EventStream implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  private static final Map<String, List<String>> FILTERS =
      Map.of(
          "type",
          List.of("container", "network", "service", "node"),
          "event",
          List.of(
              // containers
              "start",
              "kill",
              "oom",
              "health_status",
              "die",
              "destroy",
              // networks, services, nodes
              "connect",
              "disconnect",
              "create",
              "update",
              "remove"));

  private final DockerApi docker;
  private final Sink sink;
  private final RandomGenerator random;
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private boolean isConnected;
  private @Nullable String complaint;

  /** Takes news, on the stream's thread, and may wait: Docker then drops events. */
  @FunctionalInterface
  public interface Sink {
    void accept(DockerNews news) throws InterruptedException;
  }

  public EventStream(DockerApi docker, Sink sink, RandomGenerator random) {
    this.docker = docker;
    this.sink = sink;
    this.random = random;
  }

  @Override
  public void run() {
    try {
      while (!Thread.interrupted()) {
        follow();
        Thread.sleep(backoff.next(random.nextDouble()));
      }
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  private void follow() throws InterruptedException {
    try {
      docker.events(FILTERS, this::onConnected, event -> put(DockerNews.of(event)));
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (isConnected) {
        isConnected = false;
        put(new DockerNews.Lost(String.valueOf(e.getMessage())));
      } else {
        complain(String.valueOf(e.getMessage()));
      }
    }
  }

  /** Says the same thing once. */
  private void complain(String why) {
    if (!why.equals(complaint)) {
      complaint = why;
      LOG.warn("own-events: {}; what happens on this node shows only when Docker is read", why);
    }
  }

  private void onConnected() {
    isConnected = true;
    complaint = null;
    backoff.onSuccess();
    put(new DockerNews.Found());
  }

  private void put(@Nullable DockerNews news) {
    if (news == null) {
      return;
    }
    try {
      sink.accept(news);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
