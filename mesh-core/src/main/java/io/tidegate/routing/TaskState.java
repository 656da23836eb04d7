package io.tidegate.routing;

import java.util.Locale;

/** What a discovered task can take. Tasks that do not run are not part of a topology. */
public enum TaskState {
  /** Runs and is meant to run: takes new connections. */
  RUNNING,
  /** Still runs but is meant to stop: keeps its relays, takes no new connection. */
  DRAINING,
  /**
   * Ran when its source was heard last, and others know nothing of it: takes new connections only
   * where too few others are ready.
   */
  DOUBTED,
  /**
   * Runs and is meant to run, but its health check fails: takes new connections only where too few
   * others are ready.
   */
  UNWELL;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
