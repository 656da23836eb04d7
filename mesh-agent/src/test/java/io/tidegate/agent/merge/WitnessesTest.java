package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.routing.Witness;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WitnessesTest {

  private final Witnesses witnesses = new Witnesses();
  private long atNanos;

  @Test
  void namesThoseThatSpeakAgainstATask() {
    assertThat(ejected("t1", "n2", 80, 15)).isEqualTo(Hearing.NEWS);
    assertThat(ejected("t1", "n1", 81, 15)).isEqualTo(Hearing.NEWS);
    assertThat(ejected("t1", "n1", 80, 15)).isEqualTo(Hearing.NEWS);

    assertThat(witnesses.of("t1"))
        .containsExactly(new Witness("n1", 80), new Witness("n1", 81), new Witness("n2", 80));
    assertThat(witnesses.of("t2")).isEmpty();
  }

  @Test
  void believesAWitnessForAsLongAsItSaidUnlessItSaysSoAgain() {
    ejected("t1", "n1", 80, 15);
    ejected("t2", "n1", 80, 15);
    assertThat(ejected("t2", "n1", 80, 25)).as("again, and for longer").isEqualTo(Hearing.NEWS);

    assertThat(witnesses.expire(seconds(14))).isEmpty();
    assertThat(witnesses.expire(seconds(15))).containsExactly("t1");
    assertThat(witnesses.of("t1")).isEmpty();
    assertThat(witnesses.of("t2")).hasSize(1);
    assertThat(witnesses.expire(seconds(25))).containsExactly("t2");
    assertThat(witnesses.of("t2")).isEmpty();
  }

  @Test
  void believesAWitnessNoMoreThatTakesItsWordBack() {
    ejected("t1", "n1", 80, 15);
    ejected("t1", "n2", 80, 15);
    assertThat(revived("t1", "n1")).isEqualTo(Hearing.NEWS);
    assertThat(witnesses.of("t1")).containsExactly(new Witness("n2", 80));
    assertThat(revived("t1", "n1")).isEqualTo(Hearing.KNOWN);
    assertThat(revived("t1", "n3")).as("has said nothing").isEqualTo(Hearing.KNOWN);
  }

  @Test
  void believesWhatWasSaidLastWhateverComesLast() {
    TaskMark first = mark(TaskMark.Kind.EJECTED, "t1", "n1", 80, 15);
    TaskMark second = mark(TaskMark.Kind.REVIVED, "t1", "n1", 80, 0);
    witnesses.onMark(first, 0);
    witnesses.onMark(second, 0);

    assertThat(witnesses.onMark(first, seconds(1))).isEqualTo(Hearing.KNOWN);
    assertThat(witnesses.of("t1")).isEmpty();
    assertThat(witnesses.expire(Witnesses.REVIVED_HOLD.toNanos())).containsExactly("t1");
  }

  @Test
  void hearsNoMoreOfOnePortThanAreOfUse() {
    for (int i = 0; i < Witnesses.MOST_OF_ONE_PORT; i++) {
      assertThat(ejected("t1", "n" + i, 80, 15)).isEqualTo(Hearing.NEWS);
    }
    assertThat(ejected("t1", "other", 80, 15)).isEqualTo(Hearing.KNOWN);
    assertThat(ejected("t1", "n0", 80, 30)).as("known already").isEqualTo(Hearing.NEWS);
    assertThat(ejected("t1", "other", 81, 15)).isEqualTo(Hearing.NEWS);
    assertThat(witnesses.of("t1")).hasSize(Witnesses.MOST_OF_ONE_PORT + 1);
  }

  @Test
  void givesNoNodeMoreRoomThanItsShareAndHasItBackWhenItsWordsAreOver() {
    for (int i = 0; i < Witnesses.MOST_OF_ONE_NODE; i++) {
      assertThat(ejected("t" + i, "liar", 80, 15)).isEqualTo(Hearing.NEWS);
    }
    assertThat(ejected("one more", "liar", 80, 15)).isEqualTo(Hearing.EXCESS);
    assertThat(witnesses.of("one more")).isEmpty();
    assertThat(ejected("one more", "n1", 80, 60)).isEqualTo(Hearing.NEWS);

    assertThat(witnesses.expire(seconds(15))).hasSize(Witnesses.MOST_OF_ONE_NODE);
    assertThat(ejected("one more", "liar", 80, 15)).isEqualTo(Hearing.NEWS);
    assertThat(witnesses.of("one more")).hasSize(2);
  }

  private Hearing ejected(String taskId, String nodeId, int port, long holdSeconds) {
    return witnesses.onMark(mark(TaskMark.Kind.EJECTED, taskId, nodeId, port, holdSeconds), 0);
  }

  private Hearing revived(String taskId, String nodeId) {
    return witnesses.onMark(mark(TaskMark.Kind.REVIVED, taskId, nodeId, 80, 0), 0);
  }

  private TaskMark mark(
      TaskMark.Kind kind, String taskId, String nodeId, int port, long holdSeconds) {
    atNanos++;
    return new TaskMark(taskId, kind, atNanos, nodeId, port, seconds(holdSeconds));
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
