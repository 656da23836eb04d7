package io.tidegate.agent.demo;

import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Plays a script to a {@link SmallSwarm}, over and over, and hands over what comes of it. */
final class DemoSource implements TopologySource {

  private static final int EVENTS_KEPT = 8;
  private static final long MAX_PARK_NANOS = Duration.ofMillis(100).toNanos();

  private final Script script;
  private final Agenda agenda = new Agenda();
  private final SmallSwarm swarm = new SmallSwarm(agenda, new Random(), this::onEvent);
  private final Thread player =
      Thread.ofPlatform().daemon().name("demo-swarm").unstarted(this::play);

  // The player's own, like the agenda and the Swarm, from its start on.
  private final Deque<DemoView.Event> events = new ArrayDeque<>();
  private long eventCount;
  private int nextStep;
  private long roundNanos;
  private Consumer<Topology> sink = topology -> {};

  private volatile DemoView view;
  private volatile @Nullable Instant lastSuccess;
  private volatile @Nullable String error;
  private volatile long failures;
  private volatile boolean isClosed;

  DemoSource(Script script, int webPort, int apiPort, DemoNetwork network) {
    this.script = script;
    swarm.create("web", webPort, 3);
    swarm.create("api", apiPort, 2, network);
    scheduleStep();
    view = newView();
  }

  @Override
  public void start(Consumer<Topology> sink) {
    this.sink = sink;
    handOver();
    player.start();
  }

  /** What to show. May be called from any thread. */
  DemoView view() {
    return view;
  }

  @Override
  public SourceStatus status() {
    return new SourceStatus("demo", lastSuccess, error, failures, 0);
  }

  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(player);
    try {
      player.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    swarm.close();
  }

  private void play() {
    long startNanos = System.nanoTime();
    while (!isClosed) {
      long nowNanos = System.nanoTime() - startNanos;
      if (agenda.nextNanos() <= nowNanos) {
        advance(nowNanos);
      }
      long waitNanos = agenda.nextNanos() - (System.nanoTime() - startNanos);
      LockSupport.parkNanos(Math.clamp(waitNanos, 1, MAX_PARK_NANOS));
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // The player is the only writer.
  private void advance(long nowNanos) {
    try {
      agenda.advance(nowNanos);
      handOver();
      error = null;
    } catch (RuntimeException e) {
      error = e.getMessage();
      failures++;
    }
  }

  private void handOver() {
    view = newView();
    sink.accept(swarm.topology());
    lastSuccess = Instant.now();
  }

  private void scheduleStep() {
    if (nextStep == script.steps().size()) {
      nextStep = 0;
      roundNanos += script.period().toNanos();
    }
    Script.Step step = script.steps().get(nextStep);
    agenda.after(
        roundNanos + step.at().toNanos() - agenda.nowNanos(),
        () -> {
          nextStep++;
          scheduleStep();
          onEvent("script: " + step.text());
          swarm.act(step.action());
        });
  }

  private void onEvent(String text) {
    if (events.size() == EVENTS_KEPT) {
      events.removeFirst();
    }
    events.addLast(new DemoView.Event(++eventCount, Duration.ofNanos(agenda.nowNanos()), text));
  }

  private DemoView newView() {
    Script.Step step = script.steps().get(nextStep);
    return new DemoView(
        events.stream().toList(),
        step.text(),
        Duration.ofNanos(roundNanos).plus(step.at()),
        swarm.published(),
        swarm.tasks().stream().collect(Collectors.toMap(task -> task.id, task -> task.process)));
  }
}
