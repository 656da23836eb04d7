package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SmallSwarmTest {

  private final Agenda agenda = new Agenda();
  private final List<String> events = new ArrayList<>();
  private final SmallSwarm swarm = new SmallSwarm(agenda, new Random(1), events::add);

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  void publishesAServiceWithItsTasks() {
    swarm.create("web", 8080, 3);
    Service web = web();
    assertThat(web.publications()).containsExactly(new Publication(PublishedPort.tcp(8080), 80));
    assertThat(tasks()).containsExactly("web.1 running", "web.2 running", "web.3 running");
    assertThat(web.tasks()).extracting(Task::id).doesNotHaveDuplicates();
    assertThat(web.tasks())
        .allSatisfy(task -> assertThat(task.reach().fixedPort()).isEqualTo(processPort(task.id())));
  }

  @Test
  void startsTasksWhenScaledUp() {
    swarm.create("web", 8080, 1);
    swarm.act(new Action.Scale("web", 3));
    assertThat(tasks()).containsExactly("web.1 running", "web.2 running", "web.3 running");
  }

  @Test
  void drainsTasksBeforeTheyStopWhenScaledDown() {
    swarm.create("web", 8080, 3);
    swarm.act(new Action.Scale("web", 1));
    assertThat(tasks()).containsExactly("web.1 running", "web.2 draining", "web.3 draining");
    agenda.advance(SmallSwarm.STOP_DELAY_NANOS - 1);
    assertThat(tasks()).hasSize(3);
    agenda.advance(SmallSwarm.STOP_DELAY_NANOS);
    assertThat(tasks()).containsExactly("web.1 running");
    agenda.advance(10 * SmallSwarm.STOP_DELAY_NANOS);
    assertThat(tasks()).containsExactly("web.1 running");
  }

  @Test
  void listsAKilledTaskUntilItIsNoticedAndThenReplacesIt() {
    swarm.create("web", 8080, 2);
    String killed = id("web.2");
    swarm.act(new Action.Kill("web.2"));
    agenda.advance(SmallSwarm.NOTICE_DELAY_NANOS - 1);
    assertThat(tasks()).containsExactly("web.1 running", "web.2 running");
    agenda.advance(SmallSwarm.NOTICE_DELAY_NANOS);
    assertThat(tasks()).containsExactly("web.1 running");
    agenda.advance(SmallSwarm.NOTICE_DELAY_NANOS + SmallSwarm.START_DELAY_NANOS);
    assertThat(tasks()).containsExactly("web.1 running", "web.2 running");
    assertThat(id("web.2")).isNotEqualTo(killed);
  }

  @Test
  void replacesATaskAfterItHasDrained() {
    swarm.create("web", 8080, 1);
    String old = id("web.1");
    swarm.act(new Action.Replace("web.1"));
    assertThat(tasks()).containsExactly("web.1 draining");
    agenda.advance(SmallSwarm.STOP_DELAY_NANOS + SmallSwarm.START_DELAY_NANOS);
    assertThat(tasks()).containsExactly("web.1 running");
    assertThat(id("web.1")).isNotEqualTo(old);
  }

  @Test
  void updatesOneTaskAfterTheOther() {
    swarm.create("web", 8080, 3);
    List<String> old = web().tasks().stream().map(Task::id).toList();
    swarm.act(new Action.Update("web"));
    long step = SmallSwarm.STOP_DELAY_NANOS + SmallSwarm.START_DELAY_NANOS;
    for (int i = 0; i < 3; i++) {
      agenda.advance(i * step);
      assertThat(web().tasks()).filteredOn(task -> task.state() == TaskState.DRAINING).hasSize(1);
    }
    agenda.advance(3 * step);
    assertThat(tasks()).containsExactly("web.1 running", "web.2 running", "web.3 running");
    assertThat(web().tasks()).extracting(Task::id).doesNotContainAnyElementsOf(old);
  }

  @Test
  void takesThePortAwayAndGivesItBack() {
    swarm.create("web", 8080, 1);
    swarm.act(new Action.Unpublish("web"));
    assertThat(web().publications()).isEmpty();
    assertThat(swarm.published()).isEmpty();
    swarm.act(new Action.Publish("web"));
    assertThat(web().publications()).hasSize(1);
    assertThat(swarm.published()).containsExactly("web");
  }

  @Test
  void scalingDownCancelsTheReplacementOfAKilledTask() {
    swarm.create("web", 8080, 2);
    swarm.act(new Action.Kill("web.2"));
    agenda.advance(SmallSwarm.NOTICE_DELAY_NANOS);
    swarm.act(new Action.Scale("web", 1));
    agenda.advance(10 * SmallSwarm.START_DELAY_NANOS);
    assertThat(tasks()).containsExactly("web.1 running");
  }

  @Test
  void namesAnUnknownService() {
    swarm.create("web", 8080, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> swarm.act(new Action.Scale("wbe", 1)))
        .withMessageContaining("wbe")
        .withMessageContaining("[web]");
  }

  @Test
  void playsTheStandardScriptToItsEnd() {
    swarm.create("web", 8080, 3);
    swarm.create("api", 8081, 2);
    for (Script.Step step : Script.STANDARD.steps()) {
      agenda.after(step.at().toNanos(), () -> swarm.act(step.action()));
    }
    agenda.advance(Script.STANDARD.period().toNanos());
    assertThat(tasks()).containsExactly("web.1 running", "web.2 running", "web.3 running");
    assertThat(swarm.published()).containsExactlyInAnyOrder("web", "api");
    assertThat(events).contains("web.2 is found dead", "web.5 has stopped", "web.5 runs");
  }

  private Service web() {
    return swarm.topology().services().stream()
        .filter(service -> service.name().equals("web"))
        .findFirst()
        .orElseThrow();
  }

  private List<String> tasks() {
    return web().tasks().stream().map(task -> task.name() + " " + task.state()).sorted().toList();
  }

  private String id(String name) {
    return web().tasks().stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow()
        .id();
  }

  private int processPort(String taskId) {
    return swarm.tasks().stream()
        .filter(task -> task.id.equals(taskId))
        .findFirst()
        .orElseThrow()
        .process
        .address()
        .getPort();
  }
}
