package io.tidegate.agent.admin;

import java.io.IOException;
import java.util.List;

/**
 * {@code POST /api/v1/release}: hands all ports and virtual addresses back to Docker, or takes them
 * again.
 */
final class ReleasePage implements Page {

  private final AgentView view;

  ReleasePage(AgentView view) {
    this.view = view;
  }

  @Override
  public Answer answer(Request request) throws IOException {
    String undo = request.query().parameters(List.of("undo")).getOrDefault("undo", "false");
    if (!undo.equals("true") && !undo.equals("false")) {
      throw new QueryException("undo: %s (expected: true or false)".formatted(undo));
    }
    return release(!Boolean.parseBoolean(undo));
  }

  private Answer release(boolean release) {
    try {
      view.release(release);
      return Json.answer(ReleaseAnswer.of(view));
    } catch (IOException e) {
      return Answer.text(Answer.UNAVAILABLE, e.getMessage() + "\n");
    }
  }
}
