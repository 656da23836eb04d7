package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.control.ControlLoop;
import io.tidegate.routing.Topology;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one change costs among 10,000 services with 10 tasks each. */
class DiscoveryScaleTest {

  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryScaleTest.class);

  private static final int SERVICES = 10_000;
  private static final int TASKS = 10;
  private static final int NODES = 5;
  private static final int WARM_UP = 300;
  private static final int COMMITS = 300;

  private final Discovery discovery = new Discovery(() -> 0);
  private int tables;
  private long nowNanos = 1;
  private final ControlLoop control = new ControlLoop(() -> nowNanos, table -> tables++);
  private long version = 1_000_000;

  @Test
  void costsWhatItTouches() {
    ClusterState state = state();
    discovery.onReading(reading(state), 0);
    long listedNanos = System.nanoTime();
    discovery.onListed("stream", state, 0);
    offer();
    LOG.info("list: {} ms", (System.nanoTime() - listedNanos) / 1_000_000);

    for (int i = 0; i < WARM_UP; i++) {
      commit(i);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytesBefore = threads.getCurrentThreadAllocatedBytes();
    long cpuBefore = threads.getCurrentThreadCpuTime();
    long topologyNanos = 0;
    for (int i = 0; i < COMMITS; i++) {
      topologyNanos += commit(i);
    }
    long bytes = (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / COMMITS;
    long nanos = (threads.getCurrentThreadCpuTime() - cpuBefore) / COMMITS;
    LOG.info(
        "one commit: {} µs of CPU to the table, {} µs of them to the topology, {} bytes",
        nanos / 1000,
        topologyNanos / COMMITS / 1000,
        bytes);

    assertThat(tables).isEqualTo(1 + WARM_UP + COMMITS);
    assertThat(bytes).isLessThan(3_000_000);
  }

  /** Returns how long it took until the topology was there. */
  private long commit(int i) {
    long started = System.nanoTime();
    ClusterTask.State desired = i % 2 == 0 ? ClusterTask.State.SHUTDOWN : ClusterTask.State.RUNNING;
    discovery.onCommit(
        new Commit(List.of(new Commit.Change.Put(task(i / 2 * 31 % SERVICES, 3, desired)))),
        nowNanos);
    Topology topology = Objects.requireNonNull(discovery.topology(nowNanos));
    long took = System.nanoTime() - started;
    nowNanos += ControlLoop.COALESCE.toNanos();
    control.offer(topology);
    control.doWork();
    return took;
  }

  private void offer() {
    nowNanos += ControlLoop.COALESCE.toNanos();
    control.offer(Objects.requireNonNull(discovery.topology(nowNanos)));
    control.doWork();
  }

  private ClusterState state() {
    List<ClusterService> services = new ArrayList<>();
    List<ClusterTask> tasks = new ArrayList<>();
    for (int i = 0; i < SERVICES; i++) {
      services.add(
          new ClusterService(
              "s" + i,
              Version.at(1 + i),
              Instant.EPOCH,
              "service-" + i,
              Map.of(),
              List.of(
                  new ClusterService.Port(
                      ClusterService.Protocol.TCP,
                      80,
                      10_000 + i,
                      ClusterService.PublishMode.INGRESS)),
              Map.of("ingress", "10.0.0.2/8")));
      for (int slot = 1; slot <= TASKS; slot++) {
        tasks.add(task(i, slot, ClusterTask.State.RUNNING));
      }
    }
    List<ClusterNode> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      nodes.add(
          new ClusterNode(
              "n" + i,
              Version.at(1),
              "node-" + i,
              "192.0.2." + i,
              ClusterNode.State.READY,
              ClusterNode.Availability.ACTIVE,
              ClusterNode.Role.WORKER));
    }
    return new ClusterState(services, tasks, nodes);
  }

  private ClusterTask task(int service, int slot, ClusterTask.State desired) {
    int number = service * TASKS + slot;
    return new ClusterTask(
        "t" + number,
        Version.at(version++),
        "s" + service,
        slot,
        "n" + number % NODES,
        ClusterTask.State.RUNNING,
        desired,
        List.of(
            new ClusterTask.Attachment(
                "ingress", "ingress", true, List.of(address(number) + "/8"))));
  }

  private static String address(int number) {
    return "10.%d.%d.%d".formatted(1 + number / 65_536, number / 256 % 256, number % 256);
  }

  private static Reading reading(ClusterState state) {
    Set<InetAddress> addresses = new HashSet<>();
    state
        .tasks()
        .forEach(
            task ->
                addresses.add(
                    Objects.requireNonNull(
                        Addresses.parse(task.attachments().getFirst().addresses().getFirst()))));
    Map<String, NetworkAnswers.GossipService> gossip =
        Map.of(
            "all",
            new NetworkAnswers.GossipService(
                "",
                List.of(),
                addresses.stream()
                    .map(
                        address ->
                            new NetworkAnswers.GossipTask(
                                "x", address.getHostAddress(), Map.of("Host IP", "192.0.2.1")))
                    .toList()));
    Reading manager = Answers.manager();
    return new Reading(
        manager.engine(),
        null,
        new NetworkAnswers.Network("i", "ingress", true, Map.of(), List.of(), gossip),
        manager.local(),
        manager.sandbox(),
        true,
        null);
  }
}
