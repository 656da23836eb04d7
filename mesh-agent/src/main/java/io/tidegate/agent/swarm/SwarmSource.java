package io.tidegate.agent.swarm;

import io.tidegate.agent.check.HealthChecks;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.agent.docker.DockerApi;
import io.tidegate.agent.docker.DockerNews;
import io.tidegate.agent.docker.EventStream;
import io.tidegate.agent.docker.NetworkReader;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.SwarmInactiveException;
import io.tidegate.agent.docker.SwarmReader;
import io.tidegate.agent.merge.Discovery;
import io.tidegate.agent.peer.StateFile;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.agent.source.NodeNetworks;
import io.tidegate.agent.source.PeerStatus;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.agent.watch.ManagerWatch;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Discovers what a Swarm publishes, from this node's daemon alone. */
public final class SwarmSource implements TopologySource {

  private static final Logger LOG = LoggerFactory.getLogger(SwarmSource.class);
  private static final int MAX_FACTS = 65_536;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final SourceStatus UNREAD = new SourceStatus("swarm", null, null, 0, 0);

  private final SwarmConfig config;
  private final DockerApi docker;
  private final SwarmReader reader;
  private final NetworkReader networkReader;
  private final BlockingQueue<Fact> facts = new LinkedBlockingQueue<>(MAX_FACTS);
  private final EventStream events;
  private final ManagerWatch watch;
  private final Peers peers;
  private final @Nullable Saver saver;
  private final HealthChecks checks;
  private volatile @Nullable DiscoveryLoop loop;
  private volatile @Nullable Thread loopThread;
  private volatile @Nullable Thread eventsThread;
  private volatile @Nullable Thread watchThread;
  private volatile @Nullable Thread peersThread;
  private volatile @Nullable Thread saverThread;

  public SwarmSource(SwarmConfig config) {
    this.config = config;
    this.docker = new DockerApi(config.docker());
    this.reader = new SwarmReader(docker, config.netnsDir());
    this.networkReader = new NetworkReader(docker);
    this.events = new EventStream(docker, news -> facts.put(new Fact.Happened(news)), new Random());
    this.peers = new Peers(config.peers(), facts);
    Path stateDir = config.stateDir();
    this.saver = stateDir == null ? null : new Saver(new StateFile(stateDir));
    this.watch =
        new ManagerWatch(config.watch(), news -> facts.put(new Fact.Watched(news)), new Random());
    this.checks = new HealthChecks(this::onChecked, new Random());
  }

  @Override
  public void start(Consumer<Topology> sink) {
    remember();
    DiscoveryLoop started =
        new DiscoveryLoop(
            new Discovery(SystemEpochNanoClock.INSTANCE, config.vips()),
            facts,
            new Questions(),
            peers,
            topology -> {
              sink.accept(topology);
              checks.offer(topology);
              peers.onTopology(topology);
            },
            config.pollInterval(),
            new Random());
    checks.start();
    loop = started;
    loopThread = Thread.ofVirtual().name("swarm-discovery").start(started);
    eventsThread = Thread.ofVirtual().name("swarm-events").start(events);
    watchThread = Thread.ofVirtual().name("swarm-watch").start(watch);
    if (saver != null) {
      saverThread = Thread.ofVirtual().name("swarm-saver").start(saver);
    }
    peersThread = Thread.ofVirtual().name("swarm-peers").start(peers);
  }

  @Override
  public void onGates(Consumer<List<HopGate>> sink) {
    peers.onGates(sink);
  }

  private void onChecked(List<TaskMark> marks) {
    try {
      facts.put(new Fact.Checked(marks));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was known before the start is the first fact. */
  private void remember() {
    StateFile.Saved saved = saver == null ? null : saver.read();
    if (saved != null) {
      LOG.info(
          "beginning with what was saved at {}: {} services, {} tasks",
          Instant.ofEpochMilli(saved.savedAtMillis()),
          saved.state().services().size(),
          saved.state().tasks().size());
      facts.add(new Fact.Remembered(saved.nodeId(), saved.state(), reader.sandbox()));
    }
  }

  /**
   * Reads once, without threads that stay: for a look before the start.
   *
   * @throws IOException saying why there is no topology; {@link #nodeFacts()} then tells the rest
   */
  public Topology readOnce() throws IOException, InterruptedException {
    Discovery discovery = new Discovery(SystemEpochNanoClock.INSTANCE);
    long nowNanos = System.nanoTime();
    discovery.onReading(reader.read(true), nowNanos);
    return Objects.requireNonNull(discovery.topology(nowNanos));
  }

  @Override
  public SourceStatus status() {
    DiscoveryLoop running = loop;
    return running == null ? UNREAD : running.status();
  }

  @Override
  public List<SourceStatus> sources() {
    DiscoveryLoop running = loop;
    return running == null ? List.of(UNREAD) : running.sources();
  }

  @Override
  public PeerStatus peers() {
    return peers.status();
  }

  @Override
  public CheckStatus checks() {
    return checks.status();
  }

  /** What this node is, as far as is known now. May be called from any thread. */
  public NodeFacts nodeFacts() {
    SourceStatus status = status();
    return NodeFacts.of(
        config.docker().host(),
        docker.version(),
        reader.lastEngine(),
        reader.sandbox(),
        status.name(),
        status.lastSuccess());
  }

  /** Where the namespace of Docker's mesh is, as far as is known now. From any thread. */
  public Path sandboxPath() {
    return reader.sandboxPath();
  }

  private final class Questions implements DiscoveryLoop.Questions {

    @Override
    public void read(boolean isWholeSwarm) {
      Thread.ofVirtual().name("swarm-reading").start(() -> putReading(isWholeSwarm));
    }

    @Override
    public void askStopSignal(DockerNews.Signalled signalled) {
      Thread.ofVirtual().name("swarm-stop-signal").start(() -> compareStopSignal(signalled));
    }

    @Override
    public void restartWatch() {
      watch.restart();
    }

    @Override
    public boolean save(Discovery discovery) {
      if (saver == null || !saver.isReady()) {
        return saver == null;
      }
      saver.save(
          new StateFile.Saved(
              discovery.ownNodeId(), System.currentTimeMillis(), discovery.view().toSave()));
      return true;
    }
  }

  private void putReading(boolean isWholeSwarm) {
    try {
      facts.put(readFact(isWholeSwarm));
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  private Fact readFact(boolean isWholeSwarm) throws InterruptedException {
    try {
      Reading reading = reader.read(isWholeSwarm);
      DockerAnswers.EngineInfo engine = reading.engine();
      watch.onEngine(engine.swarm().controlAvailable(), engine.engineVersion());
      peers.onEngine(engine.swarm());
      peers.onReading(reading);
      return new Fact.ReadDone(reading);
    } catch (SwarmInactiveException e) {
      return new Fact.SwarmLeft(String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      docker.forgetVersion();
      return new Fact.ReadFailed(String.valueOf(e.getMessage()), reader.sandbox());
    }
  }

  /** A signal of any other kind than the usual ones stops only the containers that say so. */
  private void compareStopSignal(DockerNews.Signalled signalled) {
    try {
      if (SwarmReader.stopSignal(docker, signalled.containerId()) == signalled.signal()) {
        facts.put(new Fact.Happened(new DockerNews.Marked(signalled.stopping())));
      }
    } catch (IOException e) {
      // the container is gone: its death is told by an event of its own
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  /** Where there is no room, others have to find out for themselves. */
  @Override
  public void testify(List<Testimony> testimonies) {
    if (!facts.offer(new Fact.Witnessed(testimonies))) {
      LOG.warn("peers: no room for {} testimonies of this node", testimonies.size());
    }
  }

  @Override
  public NodeNetworks networks() throws IOException, InterruptedException {
    return networkReader.read();
  }

  /** Neither tells other nodes any more, nor hears them, nor saves. */
  @Override
  public void stepAside() {
    end(peersThread);
    end(saverThread);
  }

  @Override
  public void close() {
    interrupt(eventsThread);
    interrupt(watchThread);
    checks.close();
    end(loopThread);
    end(peersThread);
    peers.endTunnels();
    end(saverThread);
    docker.close();
  }

  private static void interrupt(@Nullable Thread thread) {
    if (thread != null) {
      thread.interrupt();
    }
  }

  private static void end(@Nullable Thread thread) {
    if (thread != null) {
      thread.interrupt();
      try {
        thread.join(CLOSE_LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
