package io.tidegate.bench;

import io.tidegate.control.ControlLoop;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Node;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long the control loop is busy with one task that changed, among services of ten tasks. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TaskChangeBenchmark {

  private static final int TASKS = 10;
  private static final int NODES = 100;

  @Param({"100", "10000"})
  int services;

  private long nowNanos;
  private RoutingTable table = RoutingTable.EMPTY;
  private final ControlLoop control = new ControlLoop(() -> nowNanos, next -> table = next);
  private Topology topology = Topology.EMPTY;
  private int changes;

  @Setup
  public void list() {
    topology =
        new Topology(
            IntStream.range(0, services).mapToObj(i -> service(i, TaskState.RUNNING)).toList(),
            IntStream.range(0, NODES)
                .mapToObj(i -> new Node("node-" + i, InetAddress.ofLiteral("192.0.2." + i)))
                .toList());
    handOver();
  }

  private static Service service(int number, TaskState firstTask) {
    String id = "service-" + number;
    return new Service(
        id,
        id,
        BalancingPolicy.P2C,
        List.of(new Publication(PublishedPort.tcp(20_000 + number), 80)),
        IntStream.range(0, TASKS)
            .mapToObj(i -> task(id + "." + i, i, i == 0 ? firstTask : TaskState.RUNNING))
            .toList());
  }

  private static Task task(String name, int number, TaskState state) {
    InetAddress address = InetAddress.ofLiteral("10.0.0." + number);
    return new Task(
        "id-of-" + name,
        name,
        "node-" + number,
        state,
        Reach.direct(address, 0, "given by the benchmark"));
  }

  /** From a topology with another state of one task to the table. */
  @Benchmark
  public RoutingTable oneTask() {
    int number = changes % services;
    TaskState state = changes / services % 2 == 0 ? TaskState.DRAINING : TaskState.RUNNING;
    changes++;
    Service service = service(number, state);
    topology = new Topology(topology.servicesById().with(service.id(), service), topology.nodes());
    handOver();
    return table;
  }

  private void handOver() {
    nowNanos += ControlLoop.COALESCE.toNanos();
    control.offer(topology);
    control.doWork();
  }
}
