package io.tidegate.agent.takeover;

import io.tidegate.proxy.Foothold;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;

/** Where the agent stands: sockets at a foothold, and what the rules there say. Of one thread. */
final class Footing {

  // Of calls, from one look at the rules themselves to the next: that costs a process.
  private static final int CALLS_PER_COMPARISON = 5;

  private final Foothold foothold;
  private final Rules rules;
  private final Destination destination;
  private boolean isWritten;
  private Set<PublishedPort> ports = Set.of();
  private int calls;

  /**
   * @param port where the agent's sockets for all ports are
   */
  Footing(Foothold foothold, Rules rules, int port, int mark) {
    this.foothold = foothold;
    this.rules = rules;
    this.destination = new Destination(foothold.address().getHostAddress(), port, mark);
  }

  Foothold foothold() {
    return foothold;
  }

  /** Whose new clients the rules bring here. */
  Set<PublishedPort> ports() {
    return ports;
  }

  /** Whether ports of UDP are left to Docker's mesh. */
  boolean isTcpAlone() {
    return rules.isTcpAlone();
  }

  /** Has new clients of these ports brought here, and of no others; often that is so already. */
  void bring(Set<PublishedPort> wanted) throws IOException {
    Set<PublishedPort> taken = rules.isTcpAlone() ? ofTcp(wanted) : wanted;
    boolean isToBeCompared = ++calls % CALLS_PER_COMPARISON == 0;
    if (!isWritten || !taken.equals(ports) || (isToBeCompared && !rules.has(destination))) {
      rules.replace(destination, taken);
      isWritten = true;
      ports = taken;
    }
  }

  private static Set<PublishedPort> ofTcp(Set<PublishedPort> ports) {
    return ports.stream()
        .filter(port -> port.protocol() == Protocol.TCP)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Removes the rules, unless another agent's have taken their place. */
  void remove() throws IOException {
    if (isWritten) {
      rules.removeOf(destination);
    }
  }
}
