package io.tidegate.agent.changes;

import static io.tidegate.agent.changes.TestTopologies.service;
import static io.tidegate.agent.changes.TestTopologies.task;
import static io.tidegate.agent.changes.TestTopologies.topology;
import static io.tidegate.routing.TaskState.DRAINING;
import static io.tidegate.routing.TaskState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Origin;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ChangeLogTest {

  private static final long MILLI = 1_000_000;
  private static final Duration AT_ONCE = Duration.ZERO;

  private long nowNanos = 1_000_000 * MILLI;
  private final ChangeLog log = new ChangeLog(() -> nowNanos, "demo");
  private final List<Topology> mesh = new ArrayList<>();

  @Test
  void beginsWithTheFirstTopology() throws Exception {
    inForce(web(task("a", RUNNING, Origin.NONE)));
    assertThat(log.topology()).isEqualTo(mesh.getFirst());
    assertThat(log.after(0, 10, AT_ONCE)).isEqualTo(new Changes(0, 0, List.of()));
  }

  @Test
  void stampsAChangeWhenItIsInForce() throws Exception {
    inForce(web(task("a", RUNNING, Origin.NONE)));
    Topology next =
        web(
            task(
                "a",
                DRAINING,
                new Origin("swarm-watch", nowNanos + 5 * MILLI, nowNanos + 7 * MILLI)));
    nowNanos += 8 * MILLI;
    offer(next);
    assertThat(log.after(0, 10, AT_ONCE).changes()).isEmpty();

    nowNanos += MILLI;
    log.onInForce(next);
    LoggedChange logged = log.after(0, 10, AT_ONCE).changes().getFirst();
    assertThat(logged.sequence()).isEqualTo(1);
    assertThat(logged.inForceAtNanos()).isEqualTo(nowNanos);
    assertThat(logged.lagNanos()).isEqualTo(4 * MILLI);
    assertThat(logged.sinceHeardNanos()).isEqualTo(2 * MILLI);
    assertThat(micros("swarm-watch").getMaxValue()).isBetween(3_950L, 4_050L);
  }

  @Test
  void countsFromHearingWhereNobodyTellsWhenItWasWritten() throws Exception {
    inForce(web(task("a", RUNNING, Origin.NONE)));
    Topology next = web(task("b", RUNNING, Origin.NONE));
    offer(next);
    nowNanos += 3 * MILLI;
    log.onInForce(next);

    assertThat(log.after(0, 10, AT_ONCE).changes())
        .hasSize(2)
        .allSatisfy(
            logged -> {
              assertThat(logged.change().origin().source()).isEqualTo("demo");
              assertThat(logged.hasLag()).isFalse();
              assertThat(logged.sinceHeardNanos()).isEqualTo(3 * MILLI);
            });
    assertThat(micros("demo").getTotalCount()).isZero();
  }

  @Test
  void leavesOutOfTheLagsWhatWasWrittenBeforeItsTime() throws Exception {
    inForce(web());
    inForce(
        web(task("a", RUNNING, new Origin("swarm-watch", nowNanos - 3_600_000 * MILLI, nowNanos))));
    assertThat(log.after(0, 10, AT_ONCE).changes()).hasSize(1);
    assertThat(micros("swarm-watch").getTotalCount()).isZero();
  }

  @Test
  void stampsWhatANewerTopologyHasOvertakenWithIt() throws Exception {
    inForce(web());
    Topology overtaken = web(task("a", RUNNING, Origin.NONE));
    Topology newer = web(task("a", DRAINING, Origin.NONE));
    Topology newest = web();
    offer(overtaken);
    offer(newer);
    offer(newest);
    log.onInForce(newer);
    assertThat(log.last()).isEqualTo(2);
    log.onInForce(newest);
    assertThat(log.last()).isEqualTo(3);
  }

  @Test
  void tellsAReaderWhatItHasMissed() throws Exception {
    inForce(web());
    Task[] many =
        IntStream.rangeClosed(1, ChangeLog.KEPT + 5)
            .mapToObj(i -> task("t%05d".formatted(i), RUNNING, Origin.NONE))
            .toArray(Task[]::new);
    inForce(web(many));

    Changes all = log.after(0, 3, AT_ONCE);
    assertThat(all.missed()).isEqualTo(5);
    assertThat(all.last()).isEqualTo(ChangeLog.KEPT + 5);
    assertThat(all.changes()).extracting(LoggedChange::sequence).containsExactly(6L, 7L, 8L);
    Changes late = log.after(ChangeLog.KEPT + 3, 10, AT_ONCE);
    assertThat(late.missed()).isZero();
    assertThat(late.changes()).hasSize(2);
  }

  @Test
  void wakesReadersThatWait() throws Exception {
    inForce(web());
    Thread[] reader = new Thread[1];
    CompletableFuture<Changes> read = new CompletableFuture<>();
    reader[0] =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    read.complete(log.after(0, 10, Duration.ofMinutes(1)));
                  } catch (InterruptedException e) {
                    read.completeExceptionally(e);
                  }
                });
    Awaitility.await().until(() -> reader[0].getState() == Thread.State.TIMED_WAITING);
    inForce(web(task("a", RUNNING, Origin.NONE)));
    assertThat(read.get(10, TimeUnit.SECONDS).changes()).hasSize(1);
  }

  @Test
  void doesNotWaitForANumberOfAnotherLog() throws Exception {
    inForce(web());
    assertThat(log.after(7, 10, Duration.ofMinutes(1))).isEqualTo(new Changes(0, 0, List.of()));
  }

  private Histogram micros(String source) {
    Histogram micros = new Histogram(3);
    Objects.requireNonNull(log.lags().get(source)).lag().addTo(micros);
    return micros;
  }

  private void inForce(Topology topology) {
    offer(topology);
    log.onInForce(topology);
  }

  private void offer(Topology topology) {
    log.ahead(mesh::add).accept(topology);
  }

  private static Topology web(Task... tasks) {
    return topology(Origin.NONE, service("s1", tasks));
  }
}
