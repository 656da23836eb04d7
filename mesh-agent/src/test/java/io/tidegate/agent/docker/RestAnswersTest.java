package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import io.tidegate.agent.cluster.ClusterService;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestAnswersTest {

  @Test
  void readsHowLongTasksMayTakeToStop() {
    assertThat(service("{\"StopGracePeriod\": 90000000000}").stopGrace())
        .isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void takesTheDefaultWhereAServiceDoesNotSay() {
    assertThat(service("{}").stopGrace()).isEqualTo(ClusterService.DEFAULT_STOP_GRACE);
    assertThat(service("null").stopGrace()).isEqualTo(ClusterService.DEFAULT_STOP_GRACE);
  }

  private static ClusterService service(String containerSpec) {
    String json =
        "{\"ID\": \"s1\", \"Spec\": {\"Name\": \"web\", \"TaskTemplate\": {\"ContainerSpec\": "
            + containerSpec
            + "}}}";
    return RestAnswers.service(Answers.parse(json, new TypeReference<>() {}));
  }
}
