package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.identity.IdentityException;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.TunnelStatus;
import io.tidegate.agent.tunnel.Tunnels;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.Node;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agents of other nodes: opens what is needed to speak with them once this node can prove who
 * it is, and again when it has become another one; follows a manager for as long as this node is
 * none. Runs on a thread of its own until that is interrupted.
 */
final class Peers implements Announcements, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);

  private final PeerConfig config;
  private final BlockingQueue<Fact> facts;
  private final Refusals refusals = new Refusals(System::nanoTime);
  private final PeerDirectory directory;
  private final Semaphore wake = new Semaphore(0);
  private final HopNeeds hopNeeds = new HopNeeds();
  private volatile Consumer<List<HopGate>> gates = _ -> {};
  private volatile @Nullable MeshGate place;
  private volatile Map<String, InetSocketAddress> hopNodes = Map.of();
  private volatile @Nullable PeerSession session;
  private volatile @Nullable Tunnels tunnels;
  private volatile @Nullable String complaint;

  Peers(PeerConfig config, BlockingQueue<Fact> facts) {
    this.config = config;
    this.facts = facts;
    this.directory = new PeerDirectory(config.listen().port());
  }

  @Override
  public void run() {
    try {
      while (!Thread.interrupted()) {
        look();
        if (wake.tryAcquire(LOOK_INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
          wake.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      // the source is being closed
    } finally {
      close();
    }
  }

  private void look() throws InterruptedException {
    PeerSession open = session;
    if (open != null && !open.isStillThisNode()) {
      LOG.info("peers: this node is another one now; beginning anew");
      close();
      open = null;
    }
    if (open == null && directory.isInSwarm()) {
      open = open();
    }
    if (open != null) {
      open.follow(!directory.isManager());
      gates.accept(open.takeClients(place));
      open.seeker().seek(hopNodes);
    }
  }

  private @Nullable PeerSession open() throws InterruptedException {
    try {
      PeerSession opened = PeerSession.open(config, directory, refusals, facts);
      complaint = null;
      endTunnels();
      tunnels = opened.tunnels();
      session = opened;
      facts.put(new Fact.PeersReady(opened.nodeId()));
      return opened;
    } catch (IdentityException e) {
      complain(e.getMessage() + "; without an identity this node neither tells nor hears others");
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
    }
    return null;
  }

  /** Says the same thing once. */
  private void complain(String why) {
    if (!why.equals(complaint)) {
      complaint = why;
      LOG.warn("peers: {}", why);
    }
  }

  /** Tunnels go on: clients are in them that may finish. */
  private void close() {
    PeerSession open = session;
    session = null;
    if (open != null) {
      gates.accept(List.of());
      open.close();
    }
  }

  /** Ends what goes on after that. Not before the end of what runs here. */
  void endTunnels() {
    Tunnels left = tunnels;
    tunnels = null;
    if (left != null) {
      left.close();
    }
  }

  /** How it fares. From any thread. */
  PeerStatus status() {
    PeerSession open = session;
    return open != null
        ? open.status()
        : new PeerStatus(
            null, null, complaint, 0, 0, 0, null, null, 0, 0, TunnelStatus.NONE, refusals.counts());
  }

  /**
   * To be called before the start.
   *
   * @param sink gets all places where this node takes clients of other agents
   */
  void onGates(Consumer<List<HopGate>> sink) {
    gates = sink;
  }

  /** What this node's engine says of the ingress network. From any thread. */
  void onReading(Reading reading) {
    MeshGate now = MeshGate.of(reading);
    if (!Objects.equals(now, place)) {
      place = now;
      wake.release();
    }
  }

  /** What the Swarm runs now. By the discovery's thread alone. */
  void onTopology(Topology topology) {
    Set<String> needed = hopNeeds.nodes(topology);
    if (needed.isEmpty() && hopNodes.isEmpty()) {
      return;
    }
    Map<String, InetSocketAddress> next = new HashMap<>();
    for (Node node : topology.nodes()) {
      if (needed.contains(node.id())) {
        next.put(node.id(), new InetSocketAddress(node.address(), config.listen().port()));
      }
    }
    if (!next.equals(hopNodes)) {
      hopNodes = Map.copyOf(next);
      tell(open -> open.seeker().seek(hopNodes));
    }
  }

  /** What the engine says of its node. From any thread. */
  void onEngine(DockerAnswers.SwarmInfo own) {
    if (directory.onEngine(own)) {
      wake.release();
    }
  }

  private void tell(Consumer<PeerSession> telling) {
    PeerSession open = session;
    if (open != null) {
      telling.accept(open);
    }
  }

  @Override
  public void nodes(Collection<ClusterNode> all, List<Node> others) {
    directory.onNodes(all, others);
    tell(open -> open.reporter().warm());
  }

  @Override
  public void manager(ClusterState state) {
    tell(open -> open.server().publish(state));
  }

  @Override
  public void manager(Commit commit) {
    tell(open -> open.server().publish(commit));
  }

  @Override
  public void noManager() {
    tell(open -> open.server().suspend());
  }

  @Override
  public void own(List<TaskMark> marks) {
    tell(
        open -> {
          open.server().mark(marks);
          open.reporter().report(marks);
        });
  }

  /** A manager tells all that follow it, and the other managers what no manager knew yet. */
  @Override
  public void passOn(NodeName reporter, List<TaskMark> marks) {
    if (directory.isManager()) {
      tell(
          open -> {
            open.server().mark(marks);
            if (reporter.role() != NodeRole.MANAGER) {
              open.reporter().report(marks);
            }
          });
    }
  }

  @Override
  public void refuse(NodeName reporter, RefusedException why) {
    refusals.add(reporter.toString(), why);
  }
}
