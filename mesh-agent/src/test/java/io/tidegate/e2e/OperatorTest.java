package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class OperatorTest {

  private static final String BUSY =
      "beacon: Error response from daemon: rpc error: code = DeadlineExceeded desc = context"
          + " deadline exceeded";
  private static final String NO_LEADER =
      "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a"
          + " leader. It's possible that too few managers are online.";
  private static final String GONE = "Error: No such service: beacon";

  private final Queue<String> refusals = new ArrayDeque<>();

  @Test
  void repeatsACommandWhileTheEngineIsNotAbleTo() {
    assertThat(answerAfter(BUSY, NO_LEADER)).isEqualTo("done");
  }

  @Test
  void failsAtOnceWhereTheEngineRefuses() {
    assertThatThrownBy(() -> answerAfter(GONE, BUSY)).hasMessageContaining(GONE);
    assertThat(refusals).containsExactly(BUSY);
  }

  @Test
  void isContentWithWhatAnAttemptDidWhoseAnswerCameTooLate() {
    assertThat(answerAfter(BUSY, GONE)).isEqualTo(GONE);
  }

  private String answerAfter(String... answers) {
    refusals.addAll(List.of(answers));
    return Operator.insist(
        "service rm beacon",
        () -> {
          String refusal = refusals.poll();
          if (refusal != null) {
            throw new Lab.CommandFailed("service rm beacon", refusal);
          }
          return "done";
        });
  }
}
