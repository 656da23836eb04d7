package io.tidegate.agent.merge;

/** What those are called that tell of the Swarm, in origins and in what people read. */
public final class Sources {

  /** The stream of this node's own manager. */
  public static final String WATCH = "swarm-watch";

  /** The stream of a manager's agent. */
  public static final String PEER = "swarm-peer";

  /** A manager's API, read now and then. */
  public static final String REST = "swarm-rest";

  /** What this node's engine knows by gossip. */
  public static final String GOSSIP = "swarm-gossip";

  /** What was known before the start. */
  public static final String SAVED = "saved";

  /** What happens to the containers of this node. */
  public static final String OWN_EVENTS = "own-events";

  /** What this agent's checks of the tasks of this node tell. */
  public static final String OWN_CHECKS = "own-checks";

  /** What another node says of its own tasks. */
  public static final String REPORT = "peer-report";

  private Sources() {}
}
