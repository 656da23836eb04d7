package io.tidegate.proxy;

/**
 * Where the ports are served that Docker publishes; all others are bound in the agent's network.
 */
public sealed interface Placement {

  /** In the agent's network, as all others. */
  record Host() implements Placement {}

  /**
   * Taken over: TCP by one socket per shard for all ports, UDP by one for each port.
   *
   * @param ownStreams whether TCP has one for each port, too: for rules that cannot bring clients
   *     anywhere but where they were going
   */
  record Inside(Foothold foothold, boolean ownStreams) implements Placement {

    public Inside(Foothold foothold) {
      this(foothold, false);
    }
  }

  /**
   * Not at all for now.
   *
   * @param why for people
   */
  record Nowhere(String why) implements Placement {}
}
