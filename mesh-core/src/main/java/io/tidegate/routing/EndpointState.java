package io.tidegate.routing;

import java.util.Locale;

/** Why an endpoint is picked or not. */
public enum EndpointState {
  /** Takes new connections. */
  READY,
  /** Its task is meant to stop: keeps its relays. */
  DRAINING,
  /** Nobody knows whether its task still runs: picked only where nothing else is left. */
  DOUBTED,
  /** There is no way from this node to its task. */
  UNREACHABLE;

  /** That of a task's endpoints. */
  public static EndpointState of(Task task) {
    if (task.reach().kind() == Reach.Kind.NONE) {
      return UNREACHABLE;
    }
    return switch (task.state()) {
      case RUNNING -> READY;
      case DRAINING -> DRAINING;
      case DOUBTED -> DOUBTED;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
