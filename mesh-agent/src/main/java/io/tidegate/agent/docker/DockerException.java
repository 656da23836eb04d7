package io.tidegate.agent.docker;

import java.io.IOException;

/** Docker answered, but not with what was asked for. */
final class DockerException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;

  DockerException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The status code of HTTP. */
  int status() {
    return status;
  }
}
