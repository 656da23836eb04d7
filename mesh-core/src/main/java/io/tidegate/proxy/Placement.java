package io.tidegate.proxy;

/**
 * Where ports are served: those that Docker publishes, or ranges. All others are bound in the
 * agent's network, each by itself.
 */
public sealed interface Placement {

  /** In the agent's network, as all others. */
  record Host() implements Placement {}

  /**
   * Taken over, by one socket per shard and protocol for all ports.
   *
   * @param ownStreams whether TCP has one for each port instead: for rules that cannot bring
   *     clients anywhere but where they were going
   */
  record Inside(Foothold foothold, boolean ownStreams) implements Placement {

    public Inside(Foothold foothold) {
      this(foothold, false);
    }
  }

  /** In the agent's network, by one socket per shard, protocol and family for all ports. */
  record Gathered() implements Placement {}

  /**
   * Not at all, since this node cannot; it is well all the same.
   *
   * @param why for people
   */
  record Refused(String why) implements Placement {}

  /**
   * Not at all for now.
   *
   * @param why for people
   */
  record Nowhere(String why) implements Placement {}
}
