package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.TaskMark;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DockerNewsTest {

  @Test
  void readsTheEventsOfARealDaemon() {
    assertThat(Answers.news("start"))
        .isInstanceOfSatisfying(
            DockerNews.Started.class, started -> assertThat(started.containerId()).hasSize(64));
    assertThat(Answers.news("update")).isInstanceOf(DockerNews.Changed.class);
    assertThat(Answers.news("connect")).isInstanceOf(DockerNews.Changed.class);
    assertThat(marked("die").kind()).isEqualTo(TaskMark.Kind.DIED);
    assertThat(marked("die").atNanos()).isGreaterThan(1_600_000_000_000_000_000L);
    assertThat(marked("destroy").kind()).isEqualTo(TaskMark.Kind.DIED);
    assertThat(Answers.news("health_status: unhealthy")).isInstanceOf(DockerNews.Suspect.class);
    assertThat(marked("health_status: healthy").kind()).isEqualTo(TaskMark.Kind.HEALTHY);
    assertThat(Answers.news("exec_die")).isNull();
    assertThat(Answers.news("kill"))
        .isInstanceOfSatisfying(
            DockerNews.Signalled.class, signalled -> assertThat(signalled.signal()).isEqualTo(15));
  }

  private static TaskMark marked(String action) {
    return ((DockerNews.Marked) Objects.requireNonNull(Answers.news(action))).mark();
  }

  @Test
  void ignoresContainersThatAreNoTasks() {
    DockerAnswers.Actor actor = new DockerAnswers.Actor("c1", Map.of("name", "mine"));

    assertThat(DockerNews.of(new DockerAnswers.Event("container", "die", 1, actor))).isNull();
  }
}
