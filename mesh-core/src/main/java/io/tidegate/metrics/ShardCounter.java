package io.tidegate.metrics;

import java.util.Locale;

/** The counters of a shard that belong to no route. */
public enum ShardCounter {
  /**
   * Times that accepting paused because the process or the system was out of descriptors or memory.
   */
  ACCEPT_PAUSES("Times accepting paused for lack of descriptors or memory."),
  /** Times that accepting paused because a shard had its share of the relays that there may be. */
  FULL_PAUSES("Times accepting paused because there were as many relays as there may be."),
  /** Times that a port's accepting paused because the process was overloaded. */
  OVERLOAD_PAUSES("Times accepting paused because resources had run short."),
  /** Binds of a published port that failed and will be tried again. */
  BIND_FAILURES("Failed attempts to bind a published port."),
  /** Clients of ports that are taken over, or of ranges, but not served any more. */
  TAKEN_IN_VAIN("Clients that rules of the kernel brought here to a port without a route."),
  /** Accepted connections that were gone, or whose route was, before a task was picked. */
  ACCEPTS_ABANDONED("Connections that vanished between accepting and picking a task."),
  /** Times a relay copied because no pipe was to be had to splice through. */
  PIPE_REFUSALS("Times a relay copied because there was no pipe to splice through."),
  /** Wake-ups in which a relay used up its budget and had to queue behind the others. */
  BUDGET_YIELDS("Times a relay yielded its shard to the others because its budget was used up."),
  /** Clients of other agents that were handed to a task of this node. */
  HOPS_TAKEN("Clients that other nodes' agents passed on to a task of this node."),
  /** Each serves one client after the other. */
  HOP_CONNECTIONS("Connections that other nodes' agents have made, to pass clients on by."),
  /** Connections of other agents that came to nothing, or of whoever else found the way. */
  HOPS_REFUSED(
      "Connections for a task of this node that were not let in, or that it did not take."),
  /** Those of them whose task had lost its address by the time it was dialled. */
  HOPS_STRAYED(
      "Clients of other nodes' agents that were refused because the task they were for did not have"
          + " its address any more.");

  private final String help;

  ShardCounter(String help) {
    this.help = help;
  }

  /** One sentence for the metrics page. */
  public String help() {
    return help;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
