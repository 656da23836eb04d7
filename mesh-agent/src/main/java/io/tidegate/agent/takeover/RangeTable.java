package io.tidegate.agent.takeover;

import java.io.IOException;

/** The table of packet rules for ranges, as text. */
interface RangeTable {

  /** Asks whether the kernel would take these chains. */
  void check(String chains) throws IOException;

  /** Puts these chains in force in place of all others. */
  void replace(String chains) throws IOException;

  /** Whether that chain is in force. */
  boolean has(String chain) throws IOException;

  /** Removes all if that chain is in force, and nothing otherwise. */
  void removeOf(String chain) throws IOException;

  /** Removes all, whoever made them. */
  void clear() throws IOException;
}
