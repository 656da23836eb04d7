package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.TaskMark;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FactTest {

  @Test
  void readsTheEventsOfARealDaemon() {
    assertThat(Answers.fact("start")).isInstanceOf(Fact.Changed.class);
    assertThat(Answers.fact("update")).isInstanceOf(Fact.Changed.class);
    assertThat(Answers.fact("connect")).isInstanceOf(Fact.Changed.class);
    assertThat(marked("die").kind()).isEqualTo(TaskMark.Kind.DIED);
    assertThat(marked("die").atNanos()).isGreaterThan(1_600_000_000_000_000_000L);
    assertThat(marked("destroy").kind()).isEqualTo(TaskMark.Kind.DIED);
    assertThat(Answers.fact("health_status: unhealthy")).isInstanceOf(Fact.Suspect.class);
    assertThat(marked("health_status: healthy").kind()).isEqualTo(TaskMark.Kind.HEALTHY);
    assertThat(Answers.fact("exec_die")).isNull();
    assertThat(Answers.fact("kill"))
        .isInstanceOfSatisfying(
            Fact.Signalled.class, signalled -> assertThat(signalled.signal()).isEqualTo(15));
  }

  private static TaskMark marked(String action) {
    return ((Fact.Marked) Objects.requireNonNull(Answers.fact(action))).mark();
  }

  @Test
  void ignoresContainersThatAreNoTasks() {
    DockerAnswers.Actor actor = new DockerAnswers.Actor("c1", Map.of("name", "mine"));

    assertThat(Fact.of(new DockerAnswers.Event("container", "die", 1, actor))).isNull();
  }
}
