package io.tidegate.agent.swarm;

import io.tidegate.agent.source.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Follows a daemon's events for ever and turns them into facts. Runs on a thread of its own until
 * that is interrupted.
 */
final class EventStream implements Runnable {

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
  private final BlockingQueue<Fact> facts;
  private final RandomGenerator random;
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private boolean isConnected;

  EventStream(DockerApi docker, BlockingQueue<Fact> facts, RandomGenerator random) {
    this.docker = docker;
    this.facts = facts;
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
      docker.events(FILTERS, this::onConnected, event -> put(Fact.of(event)));
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (isConnected) {
        isConnected = false;
        put(new Fact.DaemonLost(String.valueOf(e.getMessage())));
      }
    }
  }

  private void onConnected() {
    isConnected = true;
    backoff.onSuccess();
    put(new Fact.DaemonFound());
  }

  /** Waits while the queue is full: Docker then drops events, and the next reading tells. */
  private void put(@Nullable Fact fact) {
    if (fact == null) {
      return;
    }
    try {
      facts.put(fact);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
