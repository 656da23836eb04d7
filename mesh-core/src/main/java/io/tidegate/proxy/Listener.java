package io.tidegate.proxy;

import java.io.IOException;

/** A bound socket of a published port on one shard, of either protocol. */
interface Listener {

  /** The route has changed. */
  void serve(ServedRoute next);

  /**
   * A second descriptor of the socket, the caller's to close. From now on another process may hold
   * the socket too, and nothing is done to it that would last.
   */
  int lend() throws IOException;

  /** The other process does not hold it any more. */
  void takeBack();

  /** Takes no new clients any more. A socket that is lent goes on without this process. */
  void stop();
}
