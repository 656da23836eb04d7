package io.tidegate.routing;

import java.util.Locale;

/** What a discovered task can take. Tasks that neither run nor drain are not part of a topology. */
public enum TaskState {
  /** Runs and is meant to run: takes new connections. */
  RUNNING,
  /** Still runs but is meant to stop: keeps its relays, takes no new connection. */
  DRAINING;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
