package io.tidegate.agent.peer;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections of a reporter. For its event loop. */
final class ReportLinks {

  private static final Logger LOG = LoggerFactory.getLogger(ReportLinks.class);

  /** The name in a certificate. It is not checked: the node's id and cluster are. */
  private static final String AUTHORITY = "swarm-node";

  /** Where there are more, it is another draw of them that each report is for. */
  private static final int MAX_OTHERS = 64;

  /** So many cost next to nothing, even while a manager is there to pass reports on. */
  private static final int FEW_OTHERS = 16;

  private static final int CONNECT_MILLIS = 2_000;
  private static final int MAX_ANSWER_BYTES = 1_024;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final LiveIdentity identity;
  private final PeerCheck check;
  private final EventLoop loop;
  private final Map<InetSocketAddress, Link> byTarget = new HashMap<>();

  private record Link(ManagedChannel channel, long usedNanos) {}

  ReportLinks(LiveIdentity identity, PeerCheck check, EventLoop loop) {
    this.identity = identity;
    this.check = check;
    this.loop = loop;
  }

  /** Whether the other nodes are so few that telling them all is no burden on anybody. */
  static boolean areFew(List<InetSocketAddress> others) {
    return others.size() <= FEW_OTHERS;
  }

  /** How many there are. */
  int size() {
    return byTarget.size();
  }

  /** The channel to a target, opened if there is none that is of use. */
  ManagedChannel use(InetSocketAddress target, long nowNanos) throws SSLException {
    Link known = byTarget.get(target);
    if (known != null && isBroken(known)) {
      drop(target, known.channel);
      known = null;
    }
    ManagedChannel channel = known == null ? open(target) : known.channel;
    byTarget.put(target, new Link(channel, nowNanos));
    return channel;
  }

  /** Its next attempt may be minutes away. */
  private static boolean isBroken(Link link) {
    return link.channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE;
  }

  private ManagedChannel open(InetSocketAddress target) throws SSLException {
    return NettyChannelBuilder.forAddress(target)
        .channelType(EpollSocketChannel.class, InetSocketAddress.class)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .eventLoopGroup(loop)
        .sslContext(PeerTls.client(identity, check.trustManager()))
        .overrideAuthority(AUTHORITY)
        .maxInboundMessageSize(MAX_ANSWER_BYTES)
        .executor(loop)
        .disableRetry()
        .build();
  }

  /**
   * Connects to the first targets and, where they are few, to the others: a manager is given up
   * only after seconds of silence, and what dies meanwhile is told to others without delay. Closes
   * what is no target or was not used for long.
   */
  void tend(Reporter.Targets targets, long nowNanos) {
    Set<InetSocketAddress> kept = new HashSet<>(targets.first());
    int most = kept.isEmpty() ? MAX_OTHERS : FEW_OTHERS;
    if (targets.otherwise().size() <= most) {
      kept.addAll(targets.otherwise());
    }
    for (Map.Entry<InetSocketAddress, Link> entry : Map.copyOf(byTarget).entrySet()) {
      boolean isIdle = nowNanos - entry.getValue().usedNanos > IDLE_NANOS;
      boolean isTarget = targets.otherwise().contains(entry.getKey());
      if (!kept.contains(entry.getKey()) && (isIdle || !isTarget)) {
        drop(entry.getKey(), entry.getValue().channel);
      }
    }
    kept.forEach(target -> connect(target, nowNanos));
  }

  private void connect(InetSocketAddress target, long nowNanos) {
    try {
      use(target, nowNanos).getState(true);
    } catch (SSLException e) {
      LOG.debug("{}: TLS: {}", target, e.getMessage());
    }
  }

  /** Closes a channel at once: the next report, or the next look after all, opens another. */
  void drop(InetSocketAddress target, ManagedChannel channel) {
    Link known = byTarget.get(target);
    if (known != null && known.channel.equals(channel)) {
      byTarget.remove(target);
    }
    channel.shutdownNow();
  }

  void close() {
    byTarget.values().forEach(link -> link.channel.shutdownNow());
    byTarget.clear();
  }
}
