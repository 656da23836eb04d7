package io.tidegate.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FindingTest {

  @Test
  void printsATableWithOneLineForEach() {
    List<Finding> findings =
        List.of(
            Finding.ok("docker", "answers"),
            Finding.warn("ipvs", "present", "live with it"),
            Finding.fail("8080/tcp", "in use", "stop it"));
    assertThat(Finding.table(findings))
        .isEqualToNormalizingNewlines(
            """
            ok    docker    answers
            warn  ipvs      present  (live with it)
            FAIL  8080/tcp  in use  (stop it)
            """);
    assertThat(Checks.hasFailure(findings)).isTrue();
    assertThat(Checks.hasFailure(findings.subList(0, 2))).isFalse();
  }
}
