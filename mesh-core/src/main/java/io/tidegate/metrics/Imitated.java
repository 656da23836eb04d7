package io.tidegate.metrics;

import java.util.Locale;

/**
 * What came of dialling a task from its client's own address: each connect of a route that asks for
 * that, and each UDP session, ends in exactly one of these.
 */
public enum Imitated {
  /** The task sees the client's address and port. */
  EXACT("the task sees the client's address and port"),
  /** The task sees the client's address with another port: that one was in use. */
  OTHER_PORT("the task sees the client's address with another port, as that one is in use"),
  /** Nothing is known of the client's address. */
  NO_ADDRESS("the client's address is not known"),
  /** The task is not on this node, and no agent on its node takes clients. */
  NO_AGENT("no agent on the task's node takes clients"),
  /** This node cannot do it. */
  UNABLE("this node cannot dial from clients' addresses"),
  /** The client is so near that the task's answers would not pass through the agent. */
  NEAR("the client is on this node, or in the range of one of its networks"),
  /** The client and the task do not have addresses of one family. */
  FAMILY("the client has an address of IPv6 and its task one of IPv4, or the other way round"),
  /** Not even another port of the client's address was to be had. */
  IN_USE("no port of the client's address is to be had");

  private final String words;

  Imitated(String words) {
    this.words = words;
  }

  /** Whether the task sees the client's address, if not its port. */
  public boolean isDone() {
    return this == EXACT || this == OTHER_PORT;
  }

  /** For people. */
  public String words() {
    return words;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
