package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FactTest {

  @Test
  void readsTheEventsOfARealDaemon() {
    assertThat(Answers.fact("start")).isInstanceOf(Fact.Changed.class);
    assertThat(Answers.fact("update")).isInstanceOf(Fact.Changed.class);
    assertThat(Answers.fact("connect")).isInstanceOf(Fact.Changed.class);
    assertThat(Answers.fact("die")).isInstanceOf(Fact.Died.class);
    assertThat(Answers.fact("destroy")).isInstanceOf(Fact.Died.class);
    assertThat(Answers.fact("health_status: unhealthy")).isInstanceOf(Fact.Suspect.class);
    assertThat(Answers.fact("health_status: healthy")).isInstanceOf(Fact.Healthy.class);
    assertThat(Answers.fact("exec_die")).isNull();
    assertThat(Answers.fact("kill"))
        .isInstanceOfSatisfying(
            Fact.Signalled.class, signalled -> assertThat(signalled.signal()).isEqualTo(15));
  }

  @Test
  void ignoresContainersThatAreNoTasks() {
    DockerAnswers.Actor actor = new DockerAnswers.Actor("c1", Map.of("name", "mine"));

    assertThat(Fact.of(new DockerAnswers.Event("container", "die", actor))).isNull();
  }
}
