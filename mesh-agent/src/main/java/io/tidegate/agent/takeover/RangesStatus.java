package io.tidegate.agent.takeover;

import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.PublishedPort;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How ranges of ports fare on this node.
 *
 * @param ports the ranges whose new clients are brought to this agent
 * @param failures how many attempts to have them brought here have failed
 * @param error what failed last, or null when all is well
 */
public record RangesStatus(Set<PublishedPort> ports, long failures, @Nullable String error) {

  /** Where there are none. */
  public static final RangesStatus NONE = new RangesStatus(Set.of(), 0, null);

  /** The status of a port; a range that is bound serves nobody unless clients are brought here. */
  public ListenerStatus correct(ListenerStatus listener) {
    PublishedPort port = listener.port();
    return !port.isRange() || !listener.isBound() || ports.contains(port)
        ? listener
        : listener.failed("not served: " + (error == null ? "not yet in the rules" : error));
  }
}
