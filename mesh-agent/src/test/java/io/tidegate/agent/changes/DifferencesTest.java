package io.tidegate.agent.changes;

import static io.tidegate.agent.changes.TestTopologies.service;
import static io.tidegate.agent.changes.TestTopologies.task;
import static io.tidegate.agent.changes.TestTopologies.topology;
import static io.tidegate.routing.TaskState.DOUBTED;
import static io.tidegate.routing.TaskState.DRAINING;
import static io.tidegate.routing.TaskState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DifferencesTest {

  private static final Origin OLD = new Origin("swarm-watch", 1, 2);
  private static final Origin YOUNG = new Origin("swarm-watch", 11, 12);
  private static final Origin OWN = new Origin("swarm", 0, 99);

  @Test
  void tellsWhatIsNewWhatIsGoneAndWhatIsInAnotherState() {
    Topology before =
        topology(OLD, service("s1", task("a", RUNNING, OLD), task("b", RUNNING, OLD)));
    Topology now =
        topology(YOUNG, service("s1", task("b", DRAINING, YOUNG), task("c", RUNNING, YOUNG)));

    assertThat(Differences.between(before, now, OWN))
        .containsExactly(
            new TaskChange("web-s1", "a", "web.a", "n1", EndpointState.READY, null, YOUNG),
            new TaskChange(
                "web-s1", "b", "web.b", "n1", EndpointState.READY, EndpointState.DRAINING, YOUNG),
            new TaskChange("web-s1", "c", "web.c", "n1", null, EndpointState.READY, YOUNG));
  }

  @Test
  void tellsEveryTaskOfServicesThatComeAndGo() {
    Topology before =
        topology(
            OLD, service("s1", task("a", RUNNING, OLD)), service("s3", task("c", RUNNING, OLD)));
    Topology now =
        topology(
            YOUNG,
            service("s2", task("b", RUNNING, YOUNG)),
            service("s3", task("c", RUNNING, OLD)));

    assertThat(Differences.between(before, now, OWN))
        .extracting(TaskChange::taskId, TaskChange::from, TaskChange::to)
        .containsExactly(
            tuple("a", EndpointState.READY, null), tuple("b", null, EndpointState.READY));
  }

  @Test
  void takesItForItsOwnDecisionWhereNobodyToldAnythingNew() {
    Topology before =
        topology(OLD, service("s1", task("a", RUNNING, OLD), task("b", RUNNING, OLD)));
    Topology now = topology(OLD, service("s1", task("b", DOUBTED, OLD)));

    assertThat(Differences.between(before, now, OWN))
        .extracting(TaskChange::origin)
        .containsExactly(OWN, OWN);
  }

  @Test
  void tellsThatATaskCanBeReachedNoMore() {
    Task lost = new Task("a", "web.a", "n1", RUNNING, Reach.none("no ingress_sbox"), OLD);
    Topology before = topology(OLD, service("s1", task("a", RUNNING, OLD)));

    assertThat(Differences.between(before, topology(OLD, service("s1", lost)), OWN))
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.to()).isEqualTo(EndpointState.UNREACHABLE);
              assertThat(change.origin()).isEqualTo(OWN);
            });
  }

  @Test
  void tellsNothingWhereOnlyConfirmed() {
    Topology before = topology(OLD, service("s1", task("a", RUNNING, OLD)));
    Topology now = topology(YOUNG, service("s1", task("a", RUNNING, YOUNG)));
    assertThat(Differences.between(before, now, OWN)).isEmpty();
  }

  @Test
  void findsOneChangeAmongTenThousandServices() {
    List<Service> services =
        IntStream.range(0, 10_000)
            .mapToObj(i -> service("s%05d".formatted(i), task("t" + i, RUNNING, OLD)))
            .toList();
    List<Service> changed =
        Stream.concat(
                services.stream().filter(service -> !service.id().equals("s05000")),
                Stream.of(service("s05000", task("t5000", DRAINING, YOUNG))))
            .toList();

    assertThat(
            Differences.between(
                new Topology(services, List.of(), OLD),
                new Topology(changed, List.of(), YOUNG),
                OWN))
        .singleElement()
        .extracting(TaskChange::taskId)
        .isEqualTo("t5000");
  }
}
