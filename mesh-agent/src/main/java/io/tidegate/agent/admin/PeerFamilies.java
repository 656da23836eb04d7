package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.TunnelStatus;
import io.tidegate.agent.source.TunnelStatus.Counts;
import java.time.Instant;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How this agent fares with those of other nodes, as metrics. */
final class PeerFamilies {

  private PeerFamilies() {}

  static void add(Families families, @Nullable PeerStatus peers) {
    if (peers == null) {
      return;
    }
    families.gauge(
        "peer_subscribers",
        "Nodes whose agents follow this one, a manager's.",
        peers.subscribers());
    families.gauge(
        "peer_following",
        "Whether this agent follows that of a manager: 1 or 0. Managers' agents follow none.",
        peers.followed() == null ? 0 : 1);
    families.counter(
        "peer_refusals",
        "Other nodes, or what they sent, that were refused, by reason; the log names them.",
        peers.refusals().entrySet().stream()
            .map(entry -> new Point(Labels.of("reason", entry.getKey()), entry.getValue())));
    families.counter(
        "peer_reports",
        "What this agent told others of its own tasks and connects, by whether they took it.",
        Stream.of(
            new Point(Labels.of("result", "taken"), peers.reported()),
            new Point(Labels.of("result", "failed"), peers.unreported())));
    addTunnels(families, peers.tunnels());
    addIdentity(families, peers);
  }

  private static void addTunnels(Families families, TunnelStatus tunnels) {
    families.gauge(
        "hop_tunnels",
        "Connections by TLS to (out) and of (in) other nodes' agents for clients that are passed on,"
            + " those that wait for one included.",
        byDirection(tunnels, Counts::open));
    families.counter(
        "hop_tunnels_opened", "How many of them were made.", byDirection(tunnels, Counts::opened));
    families.counter(
        "hop_tunnels_failed",
        "How many could not be made; the log says why.",
        byDirection(tunnels, Counts::failed));
  }

  private static Stream<Point> byDirection(TunnelStatus tunnels, ToLongFunction<Counts> count) {
    return Stream.of(
        new Point(Labels.of("direction", "in"), count.applyAsLong(tunnels.in())),
        new Point(Labels.of("direction", "out"), count.applyAsLong(tunnels.out())));
  }

  private static void addIdentity(Families families, PeerStatus peers) {
    Instant until = peers.validUntil();
    families.gauge(
        "identity_expires_timestamp_seconds",
        "When the certificate that this node shows to others ends, since 1970.",
        until == null ? Stream.of() : Stream.of(new Point(Labels.EMPTY, until.getEpochSecond())));
    families.counter(
        "identity_renewals",
        "New certificates of this node that came into force.",
        Stream.of(new Point(Labels.EMPTY, peers.renewals())));
    families.counter(
        "identity_failures",
        "Times that this node's certificate, key or authority could not be used.",
        Stream.of(new Point(Labels.EMPTY, peers.failures())));
  }
}
