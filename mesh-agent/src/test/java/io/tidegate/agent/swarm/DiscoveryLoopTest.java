package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.docker.DockerNews;
import io.tidegate.agent.merge.Discovery;
import io.tidegate.agent.merge.Sources;
import io.tidegate.agent.peer.Epoch;
import io.tidegate.agent.peer.PeerNews;
import io.tidegate.agent.watch.WatchNews;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DiscoveryLoopTest implements DiscoveryLoop.Questions {

  private static final ClusterState NOTHING = new ClusterState(List.of(), List.of(), List.of());

  private final BlockingQueue<Fact> facts = new LinkedBlockingQueue<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger saves = new AtomicInteger();
  private final List<Boolean> reads = new CopyOnWriteArrayList<>();
  private final AtomicInteger restarts = new AtomicInteger();
  private volatile @Nullable Topology topology;
  private final Said said = new Said();
  private final DiscoveryLoop loop =
      new DiscoveryLoop(
          new Discovery(SystemEpochNanoClock.INSTANCE),
          facts,
          this,
          said,
          told -> topology = told,
          Duration.ofMinutes(1),
          new Random(1));
  private final Thread thread = Thread.ofVirtual().unstarted(loop);

  @BeforeEach
  void start() {
    thread.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }

  @Test
  void tellsOthersNothingMoreOnceThisNodeHasLeftItsSwarm() {
    facts.add(new Fact.Watched(new WatchNews.Listed(Answers.cluster(), Long.MAX_VALUE)));
    await().until(() -> said.contains("whole"));

    facts.add(new Fact.SwarmLeft("swarm: inactive (expected: active)"));

    await().until(() -> said.last().equals("no manager"));
    await().until(() -> "swarm: inactive (expected: active)".equals(loop.status().error()));
    facts.add(new Fact.Watched(new WatchNews.Committed(removal())));
    facts.add(new Fact.Happened(new DockerNews.Lost("gone")));
    await().until(() -> "gone".equals(loop.status().error()));
    assertThat(said.last()).isEqualTo("no manager");
  }

  @Test
  void tellsOthersNothingIsGoneThatWasHeardWhileTheManagersListWasOnItsWay() {
    facts.add(new Fact.ReadDone(Answers.manager()));
    await().until(() -> said.wholes().size() == 1);

    facts.add(new Fact.Watched(new WatchNews.Listed(NOTHING, 0)));

    await().until(() -> said.wholes().size() == 2);
    assertThat(said.wholes().getLast()).isEqualTo(said.wholes().getFirst());
    assertThat(said.wholes().getLast()).isNotEqualTo(NOTHING);
  }

  @Test
  void takesEachCommitForTheWordOfTheManager() {
    facts.add(new Fact.Watched(new WatchNews.Listed(Answers.cluster(), Long.MAX_VALUE)));
    await().until(() -> loop.status().name().equals(Sources.WATCH));
    Instant listed = confirmed();

    facts.add(new Fact.Watched(new WatchNews.Committed(removal())));

    await().until(() -> confirmed().isAfter(listed));
  }

  @Test
  void asksAnApiThatHasFailedAgainSoonAlsoWhileTheStreamFlows() {
    facts.add(new Fact.Watched(new WatchNews.Listed(Answers.cluster(), Long.MAX_VALUE)));
    await().until(() -> reads.size() == 1);

    facts.add(new Fact.ReadDone(Answers.leaderless()));

    await().until(() -> reads.size() == 2);
    assertThat(reads).as("of the whole Swarm").containsExactly(true, true);
  }

  @Test
  void keepsWhatTheNewManagerToldBeforeAReadingShowsThatThisNodeHasJoinedAnew() {
    facts.add(new Fact.ReadDone(Answers.worker()));
    await().until(() -> tasks() == 7);
    facts.add(new Fact.PeersReady("anew"));
    await().until(() -> tasks() == 0);

    facts.add(
        new Fact.Followed(new PeerNews.Whole(new Epoch("manager", 1), 1, Answers.cluster(), 1)));
    facts.add(new Fact.ReadDone(Answers.joined("anew")));
    facts.add(new Fact.Happened(new DockerNews.Lost("after the reading")));

    await().until(() -> "after the reading".equals(loop.status().error()));
    assertThat(tasks()).isEqualTo(7);
  }

  @Test
  void tellsOthersNothingOfWhatItKnowsUntilItsNewManagerHasSpoken() {
    facts.add(new Fact.ReadDone(Answers.manager()));
    await().until(() -> said.wholes().size() == 1);

    facts.add(new Fact.PeersReady("anew"));

    await().until(() -> restarts.get() == 1 && said.last().equals("nodes"));
    assertThat(said.all()).endsWith("no manager", "nodes");
    assertThat(said.wholes()).hasSize(1);
  }

  @Test
  void readsTheWholeSwarmOnceThisNodeMayBeInAnotherOne() {
    await().until(() -> reads.size() == 1);
    facts.add(new Fact.SwarmLeft("left"));
    facts.add(new Fact.Watched(new WatchNews.Listed(Answers.cluster(), Long.MAX_VALUE)));
    facts.add(new Fact.Happened(new DockerNews.Found()));

    await().until(() -> reads.size() == 2);
    assertThat(reads).as("of the whole Swarm").containsExactly(true, true);
  }

  private long tasks() {
    Topology last = topology;
    return last == null ? -1 : last.services().stream().mapToLong(s -> s.tasks().size()).sum();
  }

  private Instant confirmed() {
    return Objects.requireNonNull(loop.status().lastSuccess());
  }

  @Test
  void savesAMomentLaterWhatItIsTooSoonToSaveNow() {
    refusals.set(1);

    facts.add(new Fact.ReadDone(Answers.manager()));

    await().until(() -> saves.get() == 1);
    assertThat(refusals).hasValue(0);
  }

  private static Commit removal() {
    ClusterTask task = Answers.cluster().tasks().getFirst();
    return new Commit(List.of(new Commit.Change.Removed(ClusterObject.Kind.TASK, task.id())));
  }

  @Override
  public void read(boolean isWholeSwarm) {
    reads.add(isWholeSwarm);
  }

  @Override
  public void askStopSignal(DockerNews.Signalled signalled) {}

  @Override
  public void restartWatch() {
    restarts.incrementAndGet();
  }

  @Override
  public boolean save(Discovery discovery) {
    if (refusals.get() > 0) {
      refusals.decrementAndGet();
      return false;
    }
    saves.incrementAndGet();
    return true;
  }
}
