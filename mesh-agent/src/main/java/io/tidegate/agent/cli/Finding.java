package io.tidegate.agent.cli;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What one check found.
 *
 * @param advice what to do about it; empty when all is well
 */
record Finding(Grade grade, String what, String found, String advice) {

  /** How bad it is. */
  enum Grade {
    OK("ok"),
    /** The agent serves, but not all that one may expect. */
    WARN("warn"),
    /** The agent cannot do its job. */
    FAIL("FAIL");

    private final String label;

    Grade(String label) {
      this.label = label;
    }
  }

  static Finding ok(String what, String found) {
    return new Finding(Grade.OK, what, found, "");
  }

  static Finding warn(String what, String found, String advice) {
    return new Finding(Grade.WARN, what, found, advice);
  }

  static Finding fail(String what, String found, String advice) {
    return new Finding(Grade.FAIL, what, found, advice);
  }

  /** A table for people, one line for each. */
  static String table(List<Finding> findings) {
    int width = findings.stream().mapToInt(finding -> finding.what.length()).max().orElse(0);
    return findings.stream().map(finding -> finding.line(width)).collect(Collectors.joining());
  }

  private String line(int width) {
    String end = advice.isEmpty() ? "" : "  (" + advice + ")";
    return "%-4s  %s  %s%s%n"
        .formatted(grade.label, what + " ".repeat(width - what.length()), found, end);
  }
}
