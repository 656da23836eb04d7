package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.FreePort;
import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.agent.docker.DockerNews;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.TestPki;
import io.tidegate.agent.merge.Discovery;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.watch.WatchNews;
import io.tidegate.control.ControlLoop;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import io.tidegate.routing.Witness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A manager and three workers, each with its certificate, over real connections. */
@Timeout(60)
class SwarmWitnessTest {

  private static final Duration HOLD = Duration.ofSeconds(15);
  private static final PublishedPort PORT = PublishedPort.tcp(8080);

  @TempDir private Path dir;
  private final TestPki pki = new TestPki();
  private final List<Member> members = new ArrayList<>();
  private int port;

  /** One node: its discovery, its peers, and a control loop for its table. */
  private final class Member implements DiscoveryLoop.Questions {

    private final BlockingQueue<Fact> facts = new LinkedBlockingQueue<>();
    private final Peers peers;
    private final List<Thread> threads;
    private volatile Topology topology = Topology.EMPTY;
    private volatile RoutingTable table = RoutingTable.EMPTY;
    private final ControlLoop control =
        new ControlLoop(SystemNanoClock.INSTANCE, newest -> table = newest);

    Member(String id, String address, IdentityFiles identity) {
      peers =
          new Peers(
              new PeerConfig(new HostPort(address, port), PeerConfig.USUAL_HOP_PORT, 0, identity),
              facts);
      DiscoveryLoop loop =
          new DiscoveryLoop(
              new Discovery(SystemEpochNanoClock.INSTANCE),
              facts,
              this,
              peers,
              this::onTopology,
              Duration.ofMinutes(1),
              new Random(1));
      facts.add(new Fact.Remembered(id, swarm(), new Sandbox(dir, null)));
      threads = List.of(Thread.ofVirtual().unstarted(loop), Thread.ofVirtual().unstarted(peers));
      threads.forEach(Thread::start);
      peers.onEngine(
          new DockerAnswers.SwarmInfo(
              id,
              address,
              "active",
              id.equals("m1"),
              "",
              List.of(new DockerAnswers.RemoteManager("m1", "127.0.0.11:2377"))));
    }

    private void onTopology(Topology newest) {
      topology = newest;
      control.offer(newest);
    }

    /** Its own connects say so. */
    void witness(boolean isEjected) {
      facts.add(
          new Fact.Witnessed(
              List.of(new Testimony("t1", 80, isEjected, isEjected ? HOLD : Duration.ZERO))));
    }

    List<String> witnesses() {
      return topology.services().stream()
          .flatMap(service -> service.tasks().stream())
          .filter(task -> task.id().equals("t1"))
          .map(Task::witnesses)
          .flatMap(List::stream)
          .map(Witness::nodeId)
          .toList();
    }

    EndpointState state(String taskId) {
      control.doWork();
      Route web = table.routes().get(PORT);
      return web == null
          ? EndpointState.UNREACHABLE
          : Stream.of(web.endpoints(), web.withheld())
              .flatMap(List::stream)
              .filter(endpoint -> endpoint.taskId().equals(taskId))
              .map(Endpoint::state)
              .findFirst()
              .orElse(EndpointState.UNREACHABLE);
    }

    void close() throws InterruptedException {
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join();
      }
    }

    @Override
    public void read(boolean isWholeSwarm) {}

    @Override
    public void askStopSignal(DockerNews.Signalled signalled) {}

    @Override
    public void restartWatch() {}

    @Override
    public boolean save(Discovery discovery) {
      return true;
    }
  }

  @BeforeEach
  void start() throws IOException {
    port = FreePort.any();
    members.add(new Member("m1", "127.0.0.11", pki.manager(dir.resolve("m1"), "m1")));
    for (int i = 1; i <= 3; i++) {
      String id = "w" + i;
      members.add(new Member(id, "127.0.0.2" + i, pki.worker(dir.resolve(id), id)));
    }
    member("m1").facts.add(new Fact.Watched(new WatchNews.Listed(swarm(), Long.MAX_VALUE)));
    await().until(() -> member("m1").peers.status().subscribers() == 3);
    await().until(() -> members.stream().allMatch(each -> each.state("t1") == EndpointState.READY));
  }

  @AfterEach
  void close() throws InterruptedException {
    for (Member member : members) {
      member.close();
    }
  }

  @Test
  void twoWitnessesEjectForEveryoneAndNoLongerOnceOneOfThemTakesItsWordBack() {
    member("w1").witness(true);
    await().until(() -> member("w3").witnesses().equals(List.of("w1")));
    assertThat(member("w3").state("t1")).as("one alone").isEqualTo(EndpointState.READY);

    member("w2").witness(true);
    await().until(() -> member("w3").state("t1") == EndpointState.EJECTED);
    await().until(() -> member("m1").state("t1") == EndpointState.EJECTED);
    assertThat(member("w3").witnesses()).containsExactly("w1", "w2");
    assertThat(member("w3").state("t2")).isEqualTo(EndpointState.READY);
    // Of itself it knows already.
    await().until(() -> member("w1").witnesses().equals(List.of("w2")));

    member("w1").witness(false);
    await().until(() -> member("w3").state("t1") == EndpointState.READY);
    await().until(() -> member("m1").state("t1") == EndpointState.READY);
  }

  @Test
  void aManagerIsAWitnessLikeAnyOther() {
    member("m1").witness(true);
    member("w1").witness(true);

    await().until(() -> member("w3").state("t1") == EndpointState.EJECTED);
    assertThat(member("w3").witnesses()).containsExactly("m1", "w1");
  }

  @Test
  void oneNodeThatLiesEjectsNothingWhomeverItSpeaksFor() {
    for (String witness : List.of("", "w2", "w3", "m1")) {
      TaskMark word = new TaskMark("t1", TaskMark.Kind.EJECTED, 1, witness, 80, HOLD.toNanos());
      member("w1").peers.own(List.of(word));
    }

    await().until(() -> refusals("m1") == 3 && refusals("w3") == 3);
    for (String id : List.of("m1", "w2", "w3")) {
      await().until(() -> member(id).witnesses().equals(List.of("w1")));
      assertThat(member(id).state("t1")).isEqualTo(EndpointState.READY);
    }
  }

  private long refusals(String id) {
    return member(id).peers.status().refusals().getOrDefault(Refusal.FOREIGN_WITNESS.label(), 0L);
  }

  private Member member(String id) {
    return members.get(id.equals("m1") ? 0 : id.charAt(1) - '0');
  }

  private static ClusterState swarm() {
    ClusterService service =
        new ClusterService(
            "s1",
            Version.at(1),
            Instant.ofEpochSecond(1_700_000_000),
            "web",
            Map.of(),
            List.of(
                new ClusterService.Port(
                    ClusterService.Protocol.TCP, 80, 8080, ClusterService.PublishMode.INGRESS)),
            Map.of());
    return new ClusterState(
        List.of(service),
        List.of(task("t1", "10.0.0.7/24"), task("t2", "10.0.0.8/24"), task("t3", "10.0.0.9/24")),
        List.of(
            node("m1", "127.0.0.11", ClusterNode.Role.MANAGER),
            node("w1", "127.0.0.21", ClusterNode.Role.WORKER),
            node("w2", "127.0.0.22", ClusterNode.Role.WORKER),
            node("w3", "127.0.0.23", ClusterNode.Role.WORKER),
            node("w4", "127.0.0.24", ClusterNode.Role.WORKER)));
  }

  private static ClusterTask task(String id, String address) {
    return new ClusterTask(
        id,
        Version.at(2),
        "s1",
        1,
        "w4",
        ClusterTask.State.RUNNING,
        ClusterTask.State.RUNNING,
        List.of(new ClusterTask.Attachment("net1", "ingress", true, List.of(address))));
  }

  private static ClusterNode node(String id, String address, ClusterNode.Role role) {
    return new ClusterNode(
        id,
        Version.at(3),
        id,
        address,
        ClusterNode.State.READY,
        ClusterNode.Availability.ACTIVE,
        role);
  }
}
