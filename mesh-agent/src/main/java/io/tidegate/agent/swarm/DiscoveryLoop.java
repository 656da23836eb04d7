package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.DockerNews;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.merge.Discovery;
import io.tidegate.agent.merge.Sources;
import io.tidegate.agent.merge.SwarmView;
import io.tidegate.agent.peer.PeerNews;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.watch.WatchNews;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns what is known: takes facts, decides when to read, hands over each
 * topology that differs from the one before. Ends when it is interrupted.
 */
final class DiscoveryLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryLoop.class);

  /** How long a drain, or what is to be saved, can be overdue before it is noticed. */
  private static final long TICK_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * While a stream flows, readings are for what it does not tell: what is on this node at each
   * event, and the whole Swarm this often, to compare.
   */
  private static final Duration STREAMED_INTERVAL = Duration.ofSeconds(30);

  private final BlockingQueue<Fact> facts;
  private final Questions questions;
  private final Consumer<Topology> sink;
  private final Duration pollInterval;
  private final RandomGenerator random;
  private final Discovery discovery;
  private final SwarmView view;
  private final Announcer announcer;
  private final WitnessBox witnessBox;
  private final Report report = new Report(InstantSource.system());
  private final CatchUp catchUp = new CatchUp();
  private final Schedule schedule;

  private @Nullable Topology handedOver;
  private @Nullable Topology saved;
  private long wholeNanos;
  private boolean isFollowed;
  private boolean isCalm;

  /** What the loop has others do: each call returns at once, and most end with a fact. */
  interface Questions {

    /** Starts a reading, of the whole Swarm or of what concerns this node. */
    void read(boolean isWholeSwarm);

    /** Starts to ask for a container's stop signal. */
    void askStopSignal(DockerNews.Signalled signalled);

    /** Has the manager's stream begin anew. */
    void restartWatch();

    /**
     * Saves what is known, for after a restart.
     *
     * @return false if it is too soon after the last time
     */
    boolean save(Discovery discovery);
  }

  DiscoveryLoop(
      Discovery discovery,
      BlockingQueue<Fact> facts,
      Questions questions,
      Announcements announcements,
      Consumer<Topology> sink,
      Duration pollInterval,
      RandomGenerator random) {
    this.discovery = discovery;
    this.view = discovery.view();
    this.facts = facts;
    this.questions = questions;
    this.announcer = new Announcer(announcements, view);
    this.witnessBox = new WitnessBox(announcements, discovery);
    this.sink = sink;
    this.pollInterval = pollInterval;
    this.random = random;
    long nowNanos = System.nanoTime();
    this.schedule = new Schedule(pollInterval, nowNanos);
    this.wholeNanos = nowNanos;
  }

  /** From any thread. */
  SourceStatus status() {
    return report.status();
  }

  /** Each source that has told anything, the best first. From any thread. */
  List<SourceStatus> sources() {
    return report.sources();
  }

  @Override
  public void run() {
    try {
      while (!Thread.interrupted()) {
        turn();
      }
    } catch (InterruptedException e) {
      // the source is being closed
    }
  }

  private void turn() throws InterruptedException {
    long nowNanos = System.nanoTime();
    if (schedule.isDue(nowNanos)) {
      schedule.onStarted(nowNanos);
      discovery.onReadingBegun();
      questions.read(isWholeDue(nowNanos));
    }
    long tickNanos = isCalm ? Long.MAX_VALUE : TICK_NANOS;
    long waitNanos = Math.min(tickNanos, schedule.idleNanos(nowNanos));
    Fact fact = facts.poll(waitNanos, TimeUnit.NANOSECONDS);
    nowNanos = System.nanoTime();
    try {
      boolean isStreamed = false;
      for (; fact != null; fact = facts.poll()) {
        apply(fact, nowNanos);
        isStreamed |= fact instanceof Fact.Watched || fact instanceof Fact.Followed;
      }
      handOver(nowNanos);
      if (isStreamed && discovery.isUnsettled(nowNanos)) {
        schedule.onEvent(nowNanos);
      }
    } catch (RuntimeException e) {
      LOG.error("{}: a turn failed; what is known stays in force", status().name(), e);
    }
  }

  private boolean isWholeDue(long nowNanos) {
    if (view.stream() != null && !view.isApiFailing() && nowNanos - wholeNanos < 0) {
      return false;
    }
    // an interval may be shorter by a tenth
    wholeNanos = nowNanos + STREAMED_INTERVAL.toNanos() * 9 / 10;
    return true;
  }

  private void handOver(long nowNanos) {
    isCalm = false;
    if (catchUp.isBehind(nowNanos)) {
      return;
    }
    Topology topology = discovery.topology(nowNanos);
    if (topology != null && !topology.equals(handedOver)) {
      handedOver = topology;
      sink.accept(topology);
    }
    if (view.isTold() && !Objects.equals(topology, saved) && questions.save(discovery)) {
      saved = topology;
    }
    // nothing becomes due with time alone: an idle agent need not wake up
    isCalm = topology != null && topology.equals(saved) && !discovery.hasMarks();
  }

  private void apply(Fact fact, long nowNanos) {
    switch (fact) {
      case Fact.Remembered(String nodeId, ClusterState state, Sandbox sandbox) ->
          discovery.onSaved(nodeId, state, sandbox, nowNanos);
      case Fact.ReadDone done -> onRead(done.reading(), nowNanos);
      case Fact.ReadFailed failed -> onReadFailed(failed, nowNanos);
      case Fact.Happened(DockerNews news) -> onHappened(news, nowNanos);
      case Fact.SwarmLeft left -> {
        discovery.onDaemonLost();
        announcer.onSilence();
        // the next Swarm may be another one: what its stream has told by then needs the whole of it
        wholeNanos = nowNanos;
        schedule.onDone(false, random.nextDouble(), nowNanos);
        report.failure(left.error(), view.rejected());
      }
      case Fact.Watched(WatchNews news) -> onWatched(news, nowNanos);
      case Fact.Followed(PeerNews news) -> onFollowed(news, nowNanos);
      case Fact.Reported(NodeName reporter, List<TaskMark> marks) -> {
        witnessBox.onReported(reporter, marks, nowNanos);
        announcer
            .onReported(reporter, marks)
            .forEach(mark -> discovery.onMark(mark, Sources.REPORT, nowNanos));
      }
      case Fact.Checked(List<TaskMark> marks) -> {
        announcer.onOwn(marks);
        marks.forEach(mark -> discovery.onMark(mark, Sources.OWN_CHECKS, nowNanos));
      }
      case Fact.Witnessed(List<Testimony> testimonies) ->
          announcer.onOwn(WitnessBox.own(testimonies, SystemEpochNanoClock.INSTANCE.nanoTime()));
      case Fact.HopsOffered(Map<String, HopOffers> offers) -> discovery.onHops(offers);
      case Fact.PeersReady(String nodeId) -> onPeersReady(nodeId, nowNanos);
    }
  }

  /** A certificate may tell before any reading does that this node has joined anew. */
  private void onPeersReady(String nodeId, long nowNanos) {
    if (discovery.onNodeId(nodeId, nowNanos)) {
      announcer.onSilence();
      questions.restartWatch();
    }
    announcer.onReady();
  }

  private void onHappened(DockerNews news, long nowNanos) {
    switch (news) {
      case DockerNews.Found found -> {
        isFollowed = true;
        schedule.onEvent(nowNanos);
      }
      case DockerNews.Lost lost -> {
        isFollowed = false;
        discovery.onDaemonLost();
        report.failure(lost.error(), view.rejected());
        schedule.onEvent(nowNanos);
      }
      case DockerNews.Changed changed -> schedule.onEvent(nowNanos);
      case DockerNews.Started(String taskId, String containerId) -> {
        discovery.onStarted(taskId, containerId);
        schedule.onEvent(nowNanos);
      }
      case DockerNews.Signalled signalled -> onSignalled(signalled, nowNanos);
      case DockerNews.Suspect(TaskMark mark) -> {
        announcer.onOwn(List.of(mark));
        discovery.onSuspect(mark, Sources.OWN_EVENTS, nowNanos);
      }
      case DockerNews.Marked(TaskMark mark) -> onMarked(mark, nowNanos);
    }
  }

  private void onSignalled(DockerNews.Signalled signalled, long nowNanos) {
    if (signalled.isAlwaysStop()) {
      onMarked(signalled.stopping(), nowNanos);
    } else if (signalled.signal() > 0) {
      questions.askStopSignal(signalled);
    }
  }

  private void onMarked(TaskMark mark, long nowNanos) {
    announcer.onOwn(List.of(mark));
    discovery.onMark(mark, Sources.OWN_EVENTS, nowNanos);
    if (mark.kind() != TaskMark.Kind.STOPPING) {
      schedule.onEvent(nowNanos);
    }
  }

  private void onWatched(WatchNews news, long nowNanos) {
    switch (news) {
      case WatchNews.Listed(ClusterState state, long asOfNanos) -> {
        discovery.onListed(Sources.WATCH, state, asOfNanos, nowNanos);
        onListed(Sources.WATCH);
        announcer.onListed();
      }
      case WatchNews.Committed(Commit commit) -> {
        onCommit(Sources.WATCH, commit, nowNanos);
        announcer.onCommit(commit);
      }
      case WatchNews.Lost lost -> onStreamLost(Sources.WATCH, nowNanos);
    }
  }

  private void onFollowed(PeerNews news, long nowNanos) {
    catchUp.onNews(news);
    switch (news) {
      case PeerNews.Whole whole -> {
        catchUp.onWhole(whole, nowNanos);
        discovery.onListed(Sources.PEER, whole.state(), nowNanos);
        onListed(Sources.PEER);
      }
      case PeerNews.Changed changed -> onCommit(Sources.PEER, changed.commit(), nowNanos);
      case PeerNews.Marked marked -> {
        witnessBox.onFollowed(marked.epoch().publisher(), marked.marks(), nowNanos);
        marked.marks().stream()
            .filter(mark -> !mark.kind().isWitnessed())
            .forEach(mark -> discovery.onMark(mark, Sources.PEER, nowNanos));
      }
      case PeerNews.Unchanged unchanged -> report.confirmed(Sources.PEER, view.rejected());
      case PeerNews.Lost lost -> onStreamLost(Sources.PEER, nowNanos);
    }
  }

  private void onListed(String source) {
    schedule.setInterval(STREAMED_INTERVAL);
    announcer.onNodes();
    report.confirmed(source, view.rejected());
  }

  /** When a node changes its role, news of the stream before may come after those of the next. */
  private void onCommit(String source, Commit commit, long nowNanos) {
    if (source.equals(view.stream())) {
      discovery.onCommit(commit, nowNanos);
      announcer.onChange(commit);
      report.confirmed(source, view.rejected());
    }
  }

  private void onStreamLost(String source, long nowNanos) {
    if (source.equals(view.stream())) {
      discovery.onStreamLost();
      schedule.setInterval(pollInterval);
      schedule.onEvent(nowNanos);
    }
  }

  private void onRead(Reading reading, long nowNanos) {
    try {
      if (discovery.onReading(reading, nowNanos)) {
        LOG.warn("{}: the API tells what the stream did not; it begins anew", Sources.WATCH);
        questions.restartWatch();
      }
    } catch (RuntimeException e) {
      LOG.debug("a reading that cannot be used", e);
      onReadFailed(
          new Fact.ReadFailed("not understood: " + e.getMessage(), reading.sandbox()), nowNanos);
      return;
    }
    schedule.onDone(discovery.isUnsettled(nowNanos), random.nextDouble(), nowNanos);
    announcer.onReading(reading, Sources.WATCH.equals(view.stream()));
    report.onReading(reading, view.stream(), view.rejected());
  }

  private void onReadFailed(Fact.ReadFailed failed, long nowNanos) {
    if (!isFollowed) {
      discovery.onDaemonLost();
      announcer.onSilence();
    }
    discovery.onReadFailed(failed.sandbox());
    schedule.onDone(false, random.nextDouble(), nowNanos);
    report.failure(failed.error(), view.rejected());
  }
}
