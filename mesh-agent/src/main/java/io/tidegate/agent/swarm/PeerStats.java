package io.tidegate.agent.swarm;

import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How this node's agent fares with those of other nodes.
 *
 * @param identity who this node is to others, or null while it cannot prove it
 * @param identityError what is wrong with its certificate's files now, or null
 * @param renewals how often a new certificate came into force
 * @param identityFailures how often the files were looked at and could not be used
 * @param subscribers how many nodes follow this one
 * @param followed the manager that this node follows, or null
 * @param followError why it follows none, or null
 * @param refusals how often others were refused since the start, by reason
 */
public record PeerStats(
    @Nullable String identity,
    @Nullable String identityError,
    long renewals,
    long identityFailures,
    int subscribers,
    @Nullable InetSocketAddress followed,
    @Nullable String followError,
    Map<Refusal, Long> refusals) {

  static PeerStats closed(Refusals refusals) {
    return new PeerStats(null, null, 0, 0, 0, null, null, refusals(refusals));
  }

  static Map<Refusal, Long> refusals(Refusals refusals) {
    Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
    for (Refusal refusal : Refusal.values()) {
      counts.put(refusal, refusals.count(refusal));
    }
    return counts;
  }
}
