package io.tidegate.agent.admin;

import io.tidegate.agent.changes.Changes;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * {@code /api/v1/changes?after=SEQUENCE&wait=SECONDS}: what came after a change, at once or as soon
 * as there is something.
 */
final class ChangesPage implements Page {

  private static final String LAST = "last";
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final int MILLIS_PER_SECOND = 1_000;
  private static final int MOST_WAITING = 16;
  private static final int MOST_CHANGES = 1_024;

  private final AgentView view;
  private final Semaphore places = new Semaphore(MOST_WAITING);

  ChangesPage(AgentView view) {
    this.view = view;
  }

  @Override
  public Answer answer(Request request) throws IOException {
    Map<String, String> parameters = request.query().parameters(List.of("after", "wait"));
    String after = parameters.getOrDefault("after", "0");
    long sequence = after.equals(LAST) ? view.changes().last() : sequence(after);
    Duration wait = wait(parameters.getOrDefault("wait", "0"));
    if (!places.tryAcquire()) {
      return Answer.text(
          Answer.UNAVAILABLE,
          "changes: %d readers wait already (expected: fewer)\n".formatted(MOST_WAITING));
    }
    try {
      return Json.answer(ChangesAnswer.of(view, read(sequence, wait)));
    } finally {
      places.release();
    }
  }

  private Changes read(long sequence, Duration wait) {
    try {
      return view.changes().after(sequence, MOST_CHANGES, wait);
    } catch (InterruptedException e) {
      // The agent ends: the reader will see it.
      Thread.currentThread().interrupt();
      return new Changes(sequence, 0, List.of());
    }
  }

  private static long sequence(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new QueryException("after: " + text + " (expected: a change's number, or last)");
    }
    return Long.parseLong(text);
  }

  private static Duration wait(String text) {
    if (text.matches("[0-9]{1,2}(\\.[0-9]{1,3})?")) {
      Duration wait = Duration.ofMillis(Math.round(Double.parseDouble(text) * MILLIS_PER_SECOND));
      if (wait.compareTo(LONGEST_WAIT) <= 0) {
        return wait;
      }
    }
    throw new QueryException("wait: %s (expected: 0 to 30 seconds, as in 2.5)".formatted(text));
  }
}
