package io.tidegate.agent.peer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidegate.agent.identity.RefusedException;

/**
 * Whatever a node reports is taken or refused, and nothing else happens. {@code ./mvnw verify}
 * tries the corpus; to look for more:
 *
 * <pre>
 *   JAZZER_FUZZ=1 ./mvnw test -pl mesh-agent -am -Dtest=ReportFuzzTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class ReportFuzzTest {

  @FuzzTest(maxDuration = "10m")
  void takesOrRefusesAnyReport(byte[] report) {
    try {
      byte[] same = Marks.writeReport(Marks.readReport(report));
      if (!Marks.readReport(same).equals(Marks.readReport(report))) {
        throw new AssertionError("what was taken cannot be passed on");
      }
    } catch (RefusedException e) {
      // as it should be
    }
  }
}
