package io.tidegate.agent.merge;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Services with tasks that a manager calls running and that this node's own Docker does not know
 * yet: the stream is faster than gossip and than readings. Worth reading again soon, for a while.
 */
final class AwaitedTasks {

  /** What a message of gossip lost, nodes tell each other within half a minute. */
  private static final long PATIENCE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Set<String> services = new HashSet<>();
  private boolean isChanged;
  private long changedNanos;

  void onChange(long nowNanos) {
    isChanged = true;
    changedNanos = nowNanos;
  }

  void add(String service) {
    services.add(service);
  }

  void forget(String service) {
    services.remove(service);
  }

  /** Forgets every service but these: one that is gone is not looked at any more. */
  void retain(Set<String> known) {
    services.retainAll(known);
  }

  boolean areAny(long nowNanos) {
    return isChanged && !services.isEmpty() && nowNanos - changedNanos < PATIENCE_NANOS;
  }
}
