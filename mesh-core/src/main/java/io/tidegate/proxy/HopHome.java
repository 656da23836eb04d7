package io.tidegate.proxy;

import io.tidegate.header.HopAnswer;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Reach;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a task that another agent asks for still has its address. Docker gives an address that is
 * free to the next container, some time before anybody hears that the one before is gone. But what
 * a container's own namespace has lost never comes back to it:
 *
 * <pre>
 *   task has its address ────────────────┤ lost ├──── another has it ────►
 *        connected ──► asked: it has           connected ──► asked: it has not
 *        so it had it at the connect           perhaps to the other one: refused
 * </pre>
 */
final class HopHome {

  private static final Logger LOG = LoggerFactory.getLogger(HopHome.class);

  private HopHome() {}

  /** Whether it is yet to be heard where a task's network is. */
  static boolean isUnknown(Endpoint endpoint) {
    return Reach.UNKNOWN_HOME.equals(endpoint.reach().home());
  }

  /** Why a client is not to be passed to the task that was connected to, or null. */
  static @Nullable HopAnswer doubt(Shard shard, Endpoint endpoint) {
    String home = endpoint.reach().home();
    if (home == null) {
      return null;
    }
    if (isUnknown(endpoint)) {
      return HopAnswer.HOME_UNKNOWN;
    }
    InetAddress address = Objects.requireNonNull(endpoint.reach().address());
    try {
      if (shard.upstreamSockets().holds(home, address)) {
        return null;
      }
      LOG.debug("{} has lost {}", endpoint.taskName(), address);
      shard.counters().of(ShardCounter.HOPS_STRAYED).increment();
      shard.streaks().onStrayed(endpoint);
      return HopAnswer.NO_SUCH_TASK;
    } catch (IOException e) {
      LOG.debug("{} may have lost {}: {}", endpoint.taskName(), address, e.getMessage());
      return HopAnswer.BUSY;
    }
  }
}
