package io.tidegate.agent.linux;

/** The capabilities of Linux that the agent can have use for, by their numbers in the kernel. */
public enum Capability {
  /** Published ports below 1024. */
  NET_BIND_SERVICE(10),
  /** Rules and addresses in network namespaces. */
  NET_ADMIN(12),
  /** Other processes' descriptors: which one holds a port. */
  SYS_PTRACE(19),
  /** Entering other network namespaces. */
  SYS_ADMIN(21);

  private final int number;

  Capability(int number) {
    this.number = number;
  }

  boolean isIn(long mask) {
    return (mask >>> number & 1) == 1;
  }

  /** The kernel's name, as in {@code CAP_SYS_ADMIN}. */
  @Override
  public String toString() {
    return "CAP_" + name();
  }
}
