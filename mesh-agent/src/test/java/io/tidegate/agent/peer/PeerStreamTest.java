package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.TestPki;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PeerStreamTest {

  private static final Commit SHUTDOWN =
      TestStates.put(TestStates.task("task0a", "service0", 2, ClusterTask.State.SHUTDOWN));

  private static final List<TaskMark> MARKS =
      List.of(
          new TaskMark("task0a", TaskMark.Kind.STOPPING, 1_700_000_000_000_000_001L),
          new TaskMark("task0b", TaskMark.Kind.DIED, 1_700_000_000_000_000_002L));

  @TempDir private Path dir;
  private PeerNodes nodes;

  @BeforeEach
  void open() {
    nodes = new PeerNodes(dir);
  }

  @AfterEach
  void close() throws Exception {
    nodes.close();
  }

  @Test
  void theWholeComesFirstAndThenEveryChange() throws Exception {
    PeerServer publisher = nodes.publisher("manager1");
    Subscriber subscriber = nodes.subscriber("worker1", publisher.port());
    await().until(() -> publisher.subscribers() == 1);
    assertThat(nodes.news).isEmpty();

    ClusterState state = TestStates.services(200);
    publisher.publish(state);
    publisher.publish(SHUTDOWN);
    publisher.publish(TestStates.remove(TestStates.service("service7")));

    await().until(() -> nodes.realNews().size() == 3);
    Epoch epoch = new Epoch("manager1", 1_000);
    assertThat(nodes.realNews().getFirst()).isInstanceOf(PeerNews.Whole.class);
    ClusterState first = ((PeerNews.Whole) nodes.realNews().getFirst()).state();
    assertThat(first.services()).containsExactlyInAnyOrderElementsOf(state.services());
    assertThat(first.tasks()).containsExactlyInAnyOrderElementsOf(state.tasks());
    assertThat(first.nodes()).isEqualTo(state.nodes());
    assertThat(nodes.realNews().get(1)).isEqualTo(new PeerNews.Changed(epoch, 2, SHUTDOWN));
    assertThat(nodes.realNews().get(2).version()).isEqualTo(3);
    assertThat(subscriber.status().error()).isNull();
    assertThat(subscriber.status().hasTopology()).isTrue();
    assertThat(subscriber.followed()).isEqualTo(PeerNodes.loopback(publisher.port()));
  }

  @Test
  void aWholeStateIsToldAsItsDifference() throws Exception {
    PeerServer publisher = nodes.publisher("manager1");
    publisher.publish(TestStates.services(3));
    nodes.subscriber("worker1", publisher.port());
    await().until(() -> nodes.realNews().size() == 1);

    publisher.publish(TestStates.services(3));
    publisher.publish(TestStates.services(2));

    await().until(() -> nodes.realNews().size() == 2);
    PeerNews.Changed changed = (PeerNews.Changed) nodes.realNews().get(1);
    assertThat(changed.version()).isEqualTo(2);
    assertThat(changed.commit().changes())
        .extracting(Commit.Change::id)
        .containsExactlyInAnyOrder("service2", "task2a", "task2b");
  }

  @Test
  void aNewcomerGetsWhatChangedSinceTheSharedWhole() throws Exception {
    PeerServer publisher = nodes.publisher("manager1");
    publisher.publish(TestStates.services(50));
    nodes.subscriber("worker1", publisher.port());
    await().until(() -> nodes.realNews().size() == 1);
    publisher.publish(SHUTDOWN);
    await().until(() -> nodes.realNews().size() == 2);
    nodes.news.clear();

    nodes.subscriber("worker2", publisher.port());

    await().until(() -> nodes.realNews().size() == 2);
    assertThat(nodes.realNews().getFirst()).isInstanceOf(PeerNews.Whole.class);
    assertThat(nodes.realNews().getLast())
        .isEqualTo(new PeerNews.Changed(new Epoch("manager1", 1_000), 2, SHUTDOWN));
  }

  @Test
  void aQuietPublisherSaysThatNothingChanged() throws Exception {
    PeerServer publisher = nodes.publisher("manager1");
    publisher.publish(TestStates.services(1));
    nodes.subscriber("worker1", publisher.port());

    await()
        .until(() -> nodes.news.contains(new PeerNews.Unchanged(new Epoch("manager1", 1_000), 1)));
  }

  @Test
  void aQuietPublisherSaysSoAlsoAfterItHasFailedOnce() throws Exception {
    AtomicBoolean isToFail = new AtomicBoolean();
    LiveIdentity identity = nodes.identity("manager1");
    PeerCheck check =
        new PeerCheck(
            identity,
            nodeId -> {
              if (isToFail.compareAndSet(true, false)) {
                throw new OutOfMemoryError("as of direct memory");
              }
              return true;
            });
    PeerServer publisher = nodes.publisher(identity, check);
    publisher.publish(TestStates.services(1));
    nodes.subscriber("worker1", publisher.port());
    await().until(() -> !nodes.news.isEmpty());

    isToFail.set(true);
    await().until(() -> !isToFail.get());
    nodes.news.clear();

    await()
        .until(() -> nodes.news.contains(new PeerNews.Unchanged(new Epoch("manager1", 1_000), 1)));
    assertThat(nodes.losses()).isZero();
  }

  @Test
  void aManagerThatIsLostIsFollowedByTheNext() throws Exception {
    PeerServer first = nodes.publisher("manager1");
    PeerServer second = nodes.publisher("manager2");
    first.publish(TestStates.services(1));
    second.publish(TestStates.services(1));
    Subscriber subscriber = nodes.subscriber("worker1", first.port(), second.port());
    await().until(() -> subscriber.followed() != null);
    boolean isFirst = Objects.requireNonNull(subscriber.followed()).getPort() == first.port();
    PeerServer lost = isFirst ? first : second;
    PeerServer left = isFirst ? second : first;

    lost.close();

    await().until(() -> PeerNodes.loopback(left.port()).equals(subscriber.followed()));
    left.publish(SHUTDOWN);
    await().until(() -> nodes.realNews().getLast() instanceof PeerNews.Changed);
  }

  @Test
  void aManagerThatSaysNothingIsFollowedByTheNext() throws Exception {
    LiveIdentity identity = nodes.identity("manager1");
    FakePublisher silent =
        nodes.closing(new FakePublisher(identity, nodes.check(identity), List.of()));
    PeerServer publisher = nodes.publisher("manager2");
    publisher.publish(TestStates.services(1));

    Subscriber subscriber = nodes.subscriber("worker1", silent.port(), publisher.port());

    await().until(() -> PeerNodes.loopback(publisher.port()).equals(subscriber.followed()));
  }

  @Test
  void aManagerIsNotSilentWhileItsNewsAreBeingTaken() throws Exception {
    PeerServer publisher = nodes.publisher("manager1");
    publisher.publish(TestStates.services(1));
    LiveIdentity identity = nodes.identity("worker1");
    PeerLimits limits =
        new PeerLimits(
            4_096,
            64 << 10,
            16 << 20,
            256 << 10,
            Duration.ofSeconds(20),
            PeerNodes.LIMITS.heartbeat(),
            Duration.ofSeconds(1));
    CompletableFuture<Void> isRoom = new CompletableFuture<>();
    Subscriber subscriber =
        nodes.closing(
            new Subscriber(
                () -> PeerNodes.addresses(publisher.port()),
                identity,
                nodes.check(identity),
                nodes.subscriberRefusals,
                limits));
    subscriber.start(
        news -> {
          nodes.news.add(news);
          isRoom.join();
        });
    await().until(() -> !nodes.news.isEmpty());

    await().during(limits.silenceLimit().multipliedBy(3)).until(() -> true);
    isRoom.complete(null);

    await().until(() -> nodes.news.size() > 3);
    assertThat(nodes.losses()).isZero();
    assertThat(subscriber.status().failures()).isZero();
  }

  @Test
  void aManagerThatStartedAnewBeginsAnew() throws Exception {
    LiveIdentity identity = nodes.identity("manager1");
    PeerServer before = nodes.publisher(identity, PeerNodes.LIMITS, 1_000);
    before.publish(TestStates.services(1));
    before.publish(SHUTDOWN);
    nodes.subscriber("worker1", before.port());
    await().until(() -> !nodes.realNews().isEmpty());
    int port = before.port();
    before.close();
    nodes.news.clear();

    PeerServer after = nodes.publisher(identity, PeerNodes.LIMITS, 2_000, port);
    after.publish(TestStates.services(2));

    await().until(() -> !nodes.realNews().isEmpty());
    assertThat(nodes.realNews().getFirst().epoch()).isEqualTo(new Epoch("manager1", 2_000));
    assertThat(nodes.realNews().getFirst().version()).isEqualTo(1);
    assertThat(nodes.subscriberRefusals.total()).isZero();
  }

  @Test
  void aRenewedCertificateServesTheNextConnectionWhileTheStreamGoesOn() throws Exception {
    LiveIdentity manager = nodes.identity("manager1");
    PeerServer publisher = nodes.publisher(manager, PeerNodes.LIMITS, 1_000);
    publisher.publish(TestStates.services(1));
    LiveIdentity worker = nodes.identity("worker1");
    Subscriber old = nodes.subscriber(worker, () -> PeerNodes.addresses(publisher.port()));
    await().until(() -> old.followed() != null);

    TestPki rotated = new TestPki();
    TestPki.install(
        nodes.directory("manager1"),
        rotated.issue(TestPki.subject("manager1", NodeRole.MANAGER)),
        rotated.rootPem());
    manager.reload();
    LiveIdentity renewed = LiveIdentity.read(rotated.worker(nodes.directory("worker2"), "worker2"));
    Subscriber next = nodes.subscriber(renewed, () -> PeerNodes.addresses(publisher.port()));
    await().until(() -> next.followed() != null);
    publisher.publish(SHUTDOWN);

    await().until(() -> changes() == 2);
    assertThat(publisher.subscribers()).isEqualTo(2);
    assertThat(nodes.publisherRefusals.total()).isZero();
    assertThat(nodes.subscriberRefusals.total()).isZero();
    // The identity of before is of the old root: it is good for nothing any more.
    nodes.subscriber(worker, () -> PeerNodes.addresses(publisher.port()));
    await().until(() -> nodes.subscriberRefusals.count(Refusal.UNTRUSTED) > 0);
  }

  @Test
  void bothRootsAreTrustedWhileOneReplacesTheOther() throws Exception {
    TestPki rotated = new TestPki();
    String both = nodes.pki.rootPem() + rotated.rootPem();
    Path dir = nodes.directory("manager1");
    LiveIdentity manager =
        LiveIdentity.read(
            TestPki.install(
                dir, nodes.pki.issue(TestPki.subject("manager1", NodeRole.MANAGER)), both));
    PeerServer publisher = nodes.publisher(manager, PeerNodes.LIMITS, 1_000);
    publisher.publish(TestStates.services(1));
    LiveIdentity renewed =
        LiveIdentity.read(
            TestPki.install(
                nodes.directory("worker2"),
                rotated.issue(TestPki.subject("worker2", NodeRole.WORKER)),
                both));

    nodes.subscriber("worker1", publisher.port());
    nodes.subscriber(renewed, () -> PeerNodes.addresses(publisher.port()));

    await().until(() -> publisher.subscribers() == 2);
  }

  @Test
  void marksArriveInTheOrderOfAllChanges() throws Exception {
    PeerServer publisher = nodes.publisher("manager1");
    publisher.mark(MARKS);
    publisher.publish(TestStates.services(50));
    nodes.subscriber("worker1", publisher.port());
    await().until(() -> nodes.realNews().size() == 1);

    publisher.mark(MARKS);
    publisher.publish(SHUTDOWN);

    Epoch epoch = new Epoch("manager1", 1_000);
    await().until(() -> nodes.realNews().size() == 3);
    assertThat(nodes.realNews().subList(1, 3))
        .containsExactly(
            new PeerNews.Marked(epoch, 2, MARKS), new PeerNews.Changed(epoch, 3, SHUTDOWN));
    assertThat(nodes.subscriberRefusals.total()).isZero();
  }

  @Test
  void theEndOfAStreamIsToldOnce() throws Exception {
    PeerServer publisher = nodes.publisher("manager1");
    publisher.publish(TestStates.services(1));
    int port = publisher.port();
    Subscriber subscriber = nodes.subscriber("worker1", port);
    await().until(() -> subscriber.followed() != null);

    publisher.close();

    await().until(() -> subscriber.status().failures() > 3);
    assertThat(nodes.losses()).isEqualTo(1);
    assertThat(nodes.news.getLast())
        .isInstanceOfSatisfying(
            PeerNews.Lost.class, lost -> assertThat(lost.why()).contains(":" + port + ": "));
  }

  @Test
  void aManagerThatIsHeardNoMoreIsFollowedNoMore() throws Exception {
    PeerServer suspended = nodes.publisher("manager1");
    suspended.publish(TestStates.services(1));
    Subscriber subscriber = nodes.subscriber("worker1", suspended.port());
    await().until(() -> subscriber.followed() != null);

    suspended.suspend();

    await().until(() -> nodes.losses() == 1);
    assertThat(((PeerNews.Lost) nodes.news.getLast()).why())
        .contains("this node's manager is not heard any more");
    int heard = nodes.news.size();
    await().until(() -> suspended.subscribers() == 1);
    suspended.publish(SHUTDOWN);
    suspended.mark(MARKS);
    await().during(PeerNodes.LIMITS.heartbeat().multipliedBy(3)).until(() -> true);
    assertThat(nodes.news).hasSize(heard);

    suspended.publish(TestStates.services(1));

    await().until(() -> subscriber.followed() != null);
    assertThat(nodes.realNews().getLast().version()).isEqualTo(1);
    assertThat(nodes.subscriberRefusals.total()).isZero();
  }

  private long changes() {
    return nodes.realNews().stream().filter(PeerNews.Changed.class::isInstance).count();
  }
}
