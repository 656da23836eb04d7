package io.tidegate.agent.linux;

import java.io.IOException;

/**
 * The rules that mark what tasks answer to sockets with clients' addresses, in one of the forms
 * that the kernel takes them in. Whose rules are in force can be told: an agent that follows
 * another one puts its own in their place.
 */
interface MarkRules {

  /**
   * Puts this agent's rules in force in place of any others.
   *
   * @throws IOException in the system's words, if that is not possible
   */
  void install(boolean ipv6) throws IOException;

  /** Whether this agent's are in force. */
  boolean areOurs(boolean ipv6) throws IOException;

  /** Whether there are any, of whomever. */
  boolean areThere() throws IOException;

  /** Removes this agent's and leaves those of another alone; whether there were any. */
  boolean remove() throws IOException;

  /** Removes all, of whomever. */
  void clear() throws IOException;
}
