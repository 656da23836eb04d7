package io.tidegate.agent.docker;

import java.io.IOException;

/** A version of Docker's HTTP API, as in {@code 1.41}. */
record ApiVersion(int major, int minor) {

  static ApiVersion parse(String text) throws IOException {
    String[] parts = text.strip().split("\\.", -1);
    try {
      if (parts.length == 2) {
        return new ApiVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
      }
    } catch (NumberFormatException e) {
      throw new IOException("Api-Version: " + text + " (expected: as in 1.41)", e);
    }
    throw new IOException("Api-Version: " + text + " (expected: as in 1.41)");
  }

  ApiVersion atMost(ApiVersion other) {
    boolean newer = major > other.major || (major == other.major && minor > other.minor);
    return newer ? other : this;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
