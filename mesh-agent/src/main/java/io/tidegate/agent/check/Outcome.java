package io.tidegate.agent.check;

import org.jspecify.annotations.Nullable;

/**
 * How one check ended.
 *
 * @param fault what is wrong with the task, for people; null if nothing is
 */
record Outcome(Kind kind, @Nullable String fault) {

  static final Outcome PASSED = new Outcome(Kind.PASSED, null);

  enum Kind {
    PASSED,
    FAILED,
    /** It could not be made, which is no fault of the task's. */
    NOT_MADE
  }

  static Outcome failed(String fault) {
    return new Outcome(Kind.FAILED, fault);
  }

  static Outcome notMade(String why) {
    return new Outcome(Kind.NOT_MADE, why);
  }
}
