package io.tidegate.agent;

import io.tidegate.agent.admin.AgentView;
import io.tidegate.agent.admin.Readiness;
import io.tidegate.routing.Route;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs when the agent begins to serve, and every change between ready and not. */
final class ReadinessLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReadinessLog.class);

  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final Duration PERIOD_WHEN_READY = Duration.ofSeconds(2);
  // A port that is handed over is free within moments; only what lasts is worth a line.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final AgentView view;
  private final Thread thread;

  ReadinessLog(AgentView view) {
    this.view = view;
    this.thread = Thread.ofVirtual().name("readiness-log").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    List<String> logged = List.of("nothing logged yet");
    long sinceNanos = System.nanoTime();
    try {
      while (true) {
        // Of overload another log tells.
        List<String> causes = Readiness.isOverloaded(view) ? logged : Readiness.causes(view);
        boolean isDue = causes.isEmpty() || System.nanoTime() - sinceNanos > PATIENCE.toNanos();
        if (causes.equals(logged)) {
          sinceNanos = System.nanoTime();
        } else if (isDue) {
          log(causes.isEmpty());
          logged = causes;
        }
        Thread.sleep(logged.isEmpty() && causes.isEmpty() ? PERIOD_WHEN_READY : PERIOD);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void log(boolean isReady) {
    if (view.isDraining()) {
      return;
    }
    if (isReady) {
      LOG.info("ready: serving {}", ports());
      return;
    }
    List<String> reasons = Readiness.reasons(view);
    if (!reasons.isEmpty()) {
      LOG.warn("not ready: {}", String.join("; ", reasons));
    }
  }

  private String ports() {
    List<Route> routes = List.copyOf(view.table().routes().values());
    return routes.isEmpty()
        ? "no ports: none is published"
        : routes.stream()
            .map(route -> route.port() + " " + route.serviceName())
            .collect(Collectors.joining(", "));
  }
}
