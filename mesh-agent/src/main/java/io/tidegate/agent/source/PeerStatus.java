package io.tidegate.agent.source;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How this node's agent fares with those of other nodes.
 *
 * @param identity who this node is to others, or null while it cannot prove it
 * @param validUntil when the certificate in force ends, or null without one
 * @param error what is wrong with its certificate's files now, or null
 * @param renewals how often a new certificate came into force since the start
 * @param failures how often the files were looked at and could not be used
 * @param subscribers how many nodes follow this one
 * @param followed the manager that this node follows, or null
 * @param followError why it follows none although it should, or null
 * @param reported how often another node took what this one reported of its tasks
 * @param unreported how often one did not
 * @param tunnels how hops by TLS fare
 * @param refusals how often others were refused since the start, by reason
 */
public record PeerStatus(
    @Nullable String identity,
    @Nullable Instant validUntil,
    @Nullable String error,
    long renewals,
    long failures,
    int subscribers,
    @Nullable String followed,
    @Nullable String followError,
    long reported,
    long unreported,
    TunnelStatus tunnels,
    Map<String, Long> refusals) {}
