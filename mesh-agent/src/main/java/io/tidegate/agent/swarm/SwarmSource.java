package io.tidegate.agent.swarm;

import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Discovers what a Swarm publishes, from this node's daemon alone. */
public final class SwarmSource implements TopologySource {

  private static final int MAX_FACTS = 65_536;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final SourceStatus UNREAD = new SourceStatus("swarm", null, null, 0, 0);

  private final SwarmConfig config;
  private final DockerApi docker;
  private final SwarmReader reader;
  private final BlockingQueue<Fact> facts = new LinkedBlockingQueue<>(MAX_FACTS);
  private volatile @Nullable DiscoveryLoop loop;
  private volatile @Nullable Thread loopThread;
  private volatile @Nullable Thread eventsThread;

  public SwarmSource(SwarmConfig config) {
    this.config = config;
    this.docker = new DockerApi(config.dockerHost(), config.callTimeout());
    this.reader = new SwarmReader(docker, config.netnsDir());
  }

  @Override
  public void start(Consumer<Topology> sink) {
    DiscoveryLoop started =
        new DiscoveryLoop(
            facts,
            this::startReading,
            this::askStopSignal,
            sink,
            config.pollInterval(),
            new Random());
    loop = started;
    loopThread = Thread.ofVirtual().name("swarm-discovery").start(started);
    eventsThread =
        Thread.ofVirtual().name("swarm-events").start(new EventStream(docker, facts, new Random()));
  }

  /**
   * Reads once, without threads that stay: for a look before the start.
   *
   * @throws IOException saying why there is no topology; {@link #nodeFacts()} then tells the rest
   */
  public Topology readOnce() throws IOException, InterruptedException {
    Discovery discovery = new Discovery();
    long nowNanos = System.nanoTime();
    discovery.onReading(reader.read(), nowNanos);
    return Objects.requireNonNull(discovery.topology(nowNanos));
  }

  @Override
  public SourceStatus status() {
    DiscoveryLoop running = loop;
    return running == null ? UNREAD : running.status();
  }

  /** What this node is, as far as is known now. May be called from any thread. */
  public NodeFacts nodeFacts() {
    SourceStatus status = status();
    ApiVersion version = docker.version();
    return NodeFacts.of(
        config.dockerHost(),
        version == null ? null : version.toString(),
        reader.lastEngine(),
        reader.sandbox(),
        status.name(),
        status.lastSuccess());
  }

  private void startReading() {
    Thread.ofVirtual().name("swarm-reading").start(this::read);
  }

  private void read() {
    try {
      facts.put(readFact());
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  private Fact readFact() throws InterruptedException {
    try {
      return new Fact.ReadDone(reader.read());
    } catch (SwarmInactiveException e) {
      return new Fact.SwarmLeft(String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      docker.forgetVersion();
      return new Fact.ReadFailed(String.valueOf(e.getMessage()), reader.sandbox());
    }
  }

  private void askStopSignal(Fact.Signalled signalled) {
    Thread.ofVirtual().name("swarm-stop-signal").start(() -> compareStopSignal(signalled));
  }

  /** A signal of any other kind than the usual ones stops only the containers that say so. */
  private void compareStopSignal(Fact.Signalled signalled) {
    try {
      if (SwarmReader.stopSignal(docker, signalled.containerId()) == signalled.signal()) {
        facts.put(new Fact.Stopping(signalled.taskId()));
      }
    } catch (IOException e) {
      // the container is gone: its death is told by an event of its own
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  @Override
  public void close() {
    Thread events = eventsThread;
    if (events != null) {
      events.interrupt();
    }
    Thread discovery = loopThread;
    if (discovery != null) {
      discovery.interrupt();
      try {
        discovery.join(CLOSE_LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    docker.close();
  }
}
