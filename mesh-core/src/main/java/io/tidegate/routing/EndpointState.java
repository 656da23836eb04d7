package io.tidegate.routing;

import java.util.Locale;

/** Why an endpoint is picked or not. */
public enum EndpointState {
  /** Takes new connections. */
  READY,
  /** Its task is meant to stop: keeps its relays, and is picked for a moment if all are. */
  DRAINING,
  /** Nobody knows whether its task still runs: picked only where too few are ready. */
  DOUBTED,
  /** Its task's health check fails: picked like one in doubt. */
  UNWELL,
  /** Connects to it fail, it comes back when a probe is answered: picked like one in doubt. */
  EJECTED,
  /** There is no way from this node to its task. */
  UNREACHABLE;

  /** That of a task's endpoints, whatever connects to them say. */
  public static EndpointState of(Task task) {
    if (task.reach().kind() == Reach.Kind.NONE) {
      return UNREACHABLE;
    }
    return switch (task.state()) {
      case RUNNING -> READY;
      case DRAINING -> DRAINING;
      case DOUBTED -> DOUBTED;
      case UNWELL -> UNWELL;
    };
  }

  /** Whether a connect may be answered, for all that is known. */
  public boolean mayAnswer() {
    return this == READY || this == DOUBTED || this == UNWELL || this == EJECTED;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
