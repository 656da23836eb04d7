package io.tidegate.agent.peer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidegate.agent.identity.RefusedException;
import java.util.Arrays;

/**
 * Whatever a publisher sends is taken or refused, and nothing else happens. {@code ./mvnw verify}
 * tries the corpus; to look for more:
 *
 * <pre>
 *   JAZZER_FUZZ=1 ./mvnw test -pl mesh-agent -am -Dtest=IntakeFuzzTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class IntakeFuzzTest {

  private static final int MAX_MESSAGES = 16;

  /** Cuts the bytes into messages, each behind its length in two bytes. */
  @FuzzTest(maxDuration = "10m")
  void takesOrRefusesAnyStream(byte[] stream) {
    Intake intake = new Intake(1 << 20);
    int at = 0;
    for (int i = 0; i < MAX_MESSAGES && at + 2 <= stream.length; i++) {
      int length = ((stream[at] & 0xff) << 8) | (stream[at + 1] & 0xff);
      int from = at + 2;
      int to = Math.min(stream.length, from + length);
      try {
        intake.take("node1", Arrays.copyOfRange(stream, from, to));
      } catch (RefusedException e) {
        intake.onStream();
      }
      at = to;
    }
  }
}
