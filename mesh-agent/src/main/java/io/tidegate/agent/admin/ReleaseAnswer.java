package io.tidegate.agent.admin;

/** {@code /api/v1/release}: how things are after it. */
record ReleaseAnswer(TakeoverAnswer takeover, VipsAnswer vips) {

  static ReleaseAnswer of(AgentView view) {
    return new ReleaseAnswer(
        TakeoverAnswer.of(view.takeover()), VipsAnswer.of(view.vips(), view.table()));
  }
}
