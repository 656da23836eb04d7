package io.tidegate.overload;

import java.util.Locale;

/** Something that the process lives on and that may run out. */
public enum Resource {
  /** Open descriptors, of those that there may be but for the ones that are kept back. */
  DESCRIPTORS(true),
  /** Relays and UDP sessions, of those that there may be. */
  CONNECTIONS(true),
  /** Bytes outside of the heap that wait for slow receivers, of those that there may be. */
  DIRECT_MEMORY(true),
  /** Memory of the process's cgroup, of what the cgroup may have. */
  CGROUP_MEMORY(true),
  /**
   * Pipes through which relays splice now, of those that there may be. Without one they copy, which
   * is no reason to turn anybody away.
   */
  PIPES(false);

  private final boolean presses;

  Resource(boolean presses) {
    this.presses = presses;
  }

  /** Whether the data path restrains itself when there is little left. */
  public boolean presses() {
    return presses;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
