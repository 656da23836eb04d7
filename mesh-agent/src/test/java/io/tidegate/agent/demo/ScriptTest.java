package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScriptTest {

  @Test
  void readsStepsInOrder() {
    Script script =
        Script.parse(
            """
             1.5s  scale web to 5
               2s  kill web.2
               3s  replace web.1
               4s  update web
               5s  unpublish api
               6s  publish api
               9s  again
            """);
    assertThat(script.period()).isEqualTo(Duration.ofSeconds(9));
    assertThat(script.steps())
        .extracting(Script.Step::action)
        .containsExactly(
            new Action.Scale("web", 5),
            new Action.Kill("web.2"),
            new Action.Replace("web.1"),
            new Action.Update("web"),
            new Action.Unpublish("api"),
            new Action.Publish("api"));
    assertThat(script.steps().getFirst().at()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(script.steps().getFirst().text()).isEqualTo("scale web to 5");
  }

  @Test
  void refusesUnknownActionsByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.parse("1s explode web.1\n2s again"))
        .withMessageContaining("explode web.1")
        .withMessageContaining("kill TASK");
  }

  @Test
  void refusesStepsThatGoBackInTime() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.parse("3s kill web.1\n2s kill web.2\n4s again"))
        .withMessageContaining("2s kill web.2");
  }

  @Test
  void refusesScriptsWithoutAnEnd() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Script.parse("3s kill web.1"))
        .withMessageContaining("again");
  }
}
