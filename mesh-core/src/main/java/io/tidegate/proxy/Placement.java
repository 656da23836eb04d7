package io.tidegate.proxy;

/**
 * Where the ports are served that Docker publishes; all others are bound in the agent's network.
 */
public sealed interface Placement {

  /** In the agent's network, as all others. */
  record Host() implements Placement {}

  /** Taken over, by one socket per shard and protocol for all ports. */
  record Inside(Foothold foothold) implements Placement {}

  /**
   * Not at all for now.
   *
   * @param why for people
   */
  record Nowhere(String why) implements Placement {}
}
