package io.tidegate.agent.docker;

import java.io.IOException;

/** The daemon answers, but takes no part in a Swarm: as in the second before it ends. */
public final class SwarmInactiveException extends IOException {

  private static final long serialVersionUID = 1;

  SwarmInactiveException(String message) {
    super(message);
  }
}
