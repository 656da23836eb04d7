package io.tidegate.agent.takeover;

import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.util.Set;

/** The packet rules at one foothold, in one of the forms that the kernel takes them in. */
interface Rules {

  /**
   * Whether they bring clients of TCP alone, and each where it was going: to a socket of the port's
   * own.
   */
  boolean isTcpAlone();

  /**
   * Asks whether such rules can be had, and changes nothing.
   *
   * @throws IOException in the system's words if not
   */
  void check(Destination destination) throws IOException;

  /** Has new clients of these ports brought there, and of no others. */
  void replace(Destination destination, Set<PublishedPort> ports) throws IOException;

  /** Whether rules to there are in force. */
  boolean has(Destination destination) throws IOException;

  /** Removes the rules if they lead there, and leaves them alone otherwise. */
  void removeOf(Destination destination) throws IOException;

  /** The ports of the sockets to which rules lead that are there, of whomever. */
  Set<Integer> owners() throws IOException;

  /** Removes all, of whomever. */
  void clear() throws IOException;
}
