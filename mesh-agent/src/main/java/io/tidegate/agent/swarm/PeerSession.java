package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.IdentityException;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.peer.HopSeeker;
import io.tidegate.agent.peer.HopTerms;
import io.tidegate.agent.peer.PeerLimits;
import io.tidegate.agent.peer.PeerNews;
import io.tidegate.agent.peer.PeerServer;
import io.tidegate.agent.peer.Reporter;
import io.tidegate.agent.peer.Subscriber;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.tunnel.Tunnels;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.HopOffers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that speaks with other agents, for as long as this node is the same one. */
final class PeerSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PeerSession.class);

  private static final String HOP = "tidegate hop";

  private final LiveIdentity identity;
  private final String nodeId;
  private final PeerCheck check;
  private final PeerDirectory directory;
  private final Refusals refusals;
  private final BlockingQueue<Fact> facts;
  private final PeerServer server;
  private final Reporter reporter;
  private final HopSeeker seeker;
  private final PeerConfig config;
  private final Tunnels tunnels;
  private volatile List<HopGate> gates = List.of();
  private volatile boolean lacksEntries;
  private final Random random = new Random();
  private volatile @Nullable Subscriber subscriber;

  private PeerSession(
      LiveIdentity identity,
      PeerCheck check,
      Tunnels tunnels,
      PeerConfig config,
      PeerDirectory directory,
      Refusals refusals,
      BlockingQueue<Fact> facts)
      throws IOException {
    this.identity = identity;
    this.config = config;
    this.nodeId = identity.name().nodeId();
    this.directory = directory;
    this.refusals = refusals;
    this.facts = facts;
    this.check = check;
    this.tunnels = tunnels;
    this.server =
        new PeerServer(
            new InetSocketAddress(config.listen().host(), config.listen().port()),
            identity,
            check,
            refusals,
            PeerLimits.DEFAULT,
            System.currentTimeMillis(),
            this::onReport);
    this.reporter = new Reporter(identity, check, refusals, this::targets, Reporter.PATIENCE);
    this.seeker = new HopSeeker(identity, check, refusals, this::onTerms);
  }

  /**
   * Listens, and follows nobody yet.
   *
   * @throws IdentityException if this node cannot prove who it is
   * @throws IOException if it cannot listen
   */
  static PeerSession open(
      PeerConfig config, PeerDirectory directory, Refusals refusals, BlockingQueue<Fact> facts)
      throws IOException {
    LiveIdentity identity = LiveIdentity.read(config.identity());
    PeerCheck check = new PeerCheck(identity, directory::isMember);
    Tunnels tunnels = new Tunnels(identity, check, refusals);
    try {
      PeerSession session =
          new PeerSession(identity, check, tunnels, config, directory, refusals, facts);
      LOG.info("peers: listening on {} as {}", config.listen(), identity.name());
      return session;
    } catch (IOException e) {
      tunnels.close();
      throw e;
    }
  }

  /** Who this node is by its certificate. */
  String nodeId() {
    return nodeId;
  }

  PeerServer server() {
    return server;
  }

  Reporter reporter() {
    return reporter;
  }

  /** Looks at this node's certificate; false once the node has joined a Swarm anew. */
  boolean isStillThisNode() {
    identity.reload();
    return identity.name().nodeId().equals(nodeId);
  }

  HopSeeker seeker() {
    return seeker;
  }

  Tunnels tunnels() {
    return tunnels;
  }

  /**
   * Takes clients of other agents at this node's place on the ingress network, if it has one, and
   * by TLS, if that is wanted and possible now; and tells them.
   *
   * @return where they are taken
   */
  List<HopGate> takeClients(@Nullable MeshGate place) {
    HopKey secret = new HopKey(identity.secret(HOP));
    HopGate overlay = place == null ? null : place.gate(config.hopPort(), secret);
    InetSocketAddress tls = listenByTls();
    List<HopGate> next = new ArrayList<>();
    if (overlay != null) {
      next.add(overlay);
    }
    if (tls != null) {
      next.add(HopGate.ofTunnels(tunnels.inside(), secret));
    }
    if (!next.equals(gates)) {
      gates = List.copyOf(next);
      InetSocketAddress onIngress = overlay == null ? null : overlay.address();
      server.takeClients(
          other ->
              next.isEmpty() ? null : new HopTerms(onIngress, tls, secret.derive(other).bytes()));
      seeker.tellAgain();
    } else if (lacksEntries) {
      seeker.tellAgain();
    }
    return gates;
  }

  private @Nullable InetSocketAddress listenByTls() {
    HostPort listen = config.tlsListen();
    return listen == null
        ? null
        : tunnels.listen(new InetSocketAddress(listen.host(), listen.port()));
  }

  private void onTerms(Map<String, HopTerms> terms) {
    HopGate overlay =
        gates.stream().filter(gate -> gate.namespace() != null).findFirst().orElse(null);
    Map<String, HopOffers> offers = new HashMap<>();
    lacksEntries = false;
    terms.forEach(
        (other, of) -> offers.put(other, new HopOffers(byOverlay(overlay, of), byTls(other, of))));
    try {
      facts.put(new Fact.HopsOffered(Map.copyOf(offers)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Without a place of its own on the ingress network, this node reaches no other's. */
  private @Nullable HopOffer byOverlay(@Nullable HopGate own, HopTerms of) {
    InetSocketAddress address = of.overlay();
    return own == null || address == null
        ? null
        : new HopOffer(address, own.namespace(), nodeId, key(of));
  }

  private @Nullable HopOffer byTls(String other, HopTerms of) {
    InetSocketAddress target = of.tls();
    if (target == null || config.hopTlsPort() == 0) {
      return null;
    }
    InetSocketAddress entry = tunnels.entryTo(other, target);
    if (entry == null) {
      lacksEntries = true;
    }
    return entry == null ? null : new HopOffer(entry, null, nodeId, key(of));
  }

  private static HopKey key(HopTerms of) {
    return new HopKey(of.key().bytes().toByteArray());
  }

  /** Follows a manager, or no longer. */
  void follow(boolean isWanted) throws InterruptedException {
    Subscriber following = subscriber;
    if (isWanted && following == null) {
      Subscriber started =
          new Subscriber(directory::managers, identity, check, refusals, PeerLimits.DEFAULT);
      subscriber = started;
      started.start(this::onNews);
    } else if (!isWanted && following != null) {
      subscriber = null;
      following.close();
      facts.put(new Fact.Followed(new PeerNews.Lost("this node is a manager now")));
    }
  }

  /** Waits where there is no room: the manager then sees a slow reader, and nothing is missed. */
  private void onNews(PeerNews news) {
    try {
      facts.put(new Fact.Followed(news));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (news instanceof PeerNews.Whole) {
      reporter.warm();
    }
  }

  /** Where there is no room, managers will tell it soon enough. */
  private void onReport(NodeName name, List<TaskMark> marks) {
    if (!facts.offer(new Fact.Reported(name, marks))) {
      LOG.warn("peers: no room for {} marks of {}", marks.size(), name);
    }
  }

  /** A manager tells the others; any other node tells the manager it follows, which tells all. */
  private Reporter.Targets targets() {
    if (directory.isManager()) {
      return new Reporter.Targets(directory.managers(), List.of());
    }
    InetSocketAddress followed = followed();
    List<InetSocketAddress> others = new ArrayList<>(directory.others(followed));
    // Where there are too many of them, each node tells some others.
    Collections.shuffle(others, random);
    return new Reporter.Targets(followed == null ? List.of() : List.of(followed), others);
  }

  private @Nullable InetSocketAddress followed() {
    Subscriber following = subscriber;
    return following == null ? null : following.followed();
  }

  PeerStatus status() {
    Subscriber following = subscriber;
    InetSocketAddress followed = followed();
    SourceStatus status = following == null ? null : following.status();
    return new PeerStatus(
        identity.name().toString(),
        identity.validUntil(),
        identity.error(),
        identity.renewals(),
        identity.failures(),
        server.subscribers(),
        followed == null ? null : HostPort.of(followed).toString(),
        status == null ? null : status.error(),
        reporter.successes(),
        reporter.failures(),
        tunnels.status(),
        refusals.counts());
  }

  /** All but tunnels that are there: those may finish. */
  @Override
  public void close() {
    tunnels.stopListening();
    Subscriber following = subscriber;
    if (following != null) {
      following.close();
    }
    seeker.close();
    reporter.close();
    server.close();
  }
}
