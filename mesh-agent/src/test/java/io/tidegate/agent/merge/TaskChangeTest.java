package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.control.ControlLoop;
import io.tidegate.routing.RoutingTable;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a manager's commit to a new routing table. */
@Timeout(60)
class TaskChangeTest {

  private static final ClusterStore.Heard HEARD = new ClusterStore.Heard("stream", 7);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CHANGES = 1_000;

  private long nowNanos;
  private Discovery discovery = new Discovery(() -> 0);
  private final List<RoutingTable> published = new ArrayList<>();
  private final ControlLoop control = new ControlLoop(() -> nowNanos, published::add);

  @Test
  void allocatesInProportionToTheChange() {
    long few = bytesPerChange(new ManyServices(100, 10, 100));
    long many = new TaskChangeTest().bytesPerChange(new ManyServices(10_000, 10, 100));

    assertThat(few).as("bytes per change, 100 services").isLessThan(32 << 10);
    assertThat(many).as("bytes per change, 10,000 services").isLessThan(few + (4 << 10));
  }

  @Test
  void allocatesLittleMoreWhereEveryServiceHasAVirtualAddressToo() {
    discovery = new Discovery(() -> 0, VipScope.ALL);
    long bytes = bytesPerChange(new ManyServices(10_000, 10, 100, true));

    assertThat(published.getLast().virtual()).hasSize(20_000);
    assertThat(bytes).as("bytes per change").isLessThan(32 << 10);
  }

  @Test
  void makesTheSameTableAsAListOfTheSame() {
    ManyServices swarm = new ManyServices(300, 3, 5);
    ClusterStore store = new ClusterStore();
    store.replace(swarm.state(), HEARD, HEARD.atNanos());
    list(store.state());
    for (int i = 0; i < 500; i++) {
      store.apply(swarm.change(i), HEARD);
      apply(swarm.change(i));
    }

    TaskChangeTest anew = new TaskChangeTest();
    anew.list(store.state());
    assertThat(published).hasSize(501);
    assertThat(published.getLast().isSameAs(anew.published.getLast())).isTrue();
  }

  private long bytesPerChange(ManyServices swarm) {
    list(swarm.state());
    List<Commit> commits = IntStream.range(0, 2 * CHANGES).mapToObj(swarm::change).toList();
    commits.subList(0, CHANGES).forEach(this::apply);
    published.clear();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    commits.subList(CHANGES, 2 * CHANGES).forEach(this::apply);
    assertThat(published).hasSize(CHANGES);
    return (THREADS.getCurrentThreadAllocatedBytes() - before) / CHANGES;
  }

  private void list(ClusterState state) {
    discovery.onReading(ManyServices.reading(), nowNanos);
    discovery.onListed("stream", state, nowNanos);
    handOver();
  }

  private void apply(Commit commit) {
    discovery.onCommit(commit, nowNanos);
    handOver();
  }

  private void handOver() {
    nowNanos += ControlLoop.COALESCE.toNanos();
    control.offer(Objects.requireNonNull(discovery.topology(nowNanos)));
    control.doWork();
  }
}
