package io.tidegate.bench.eastwest;

import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.bench.compare.load.ConnectClose;
import io.tidegate.bench.compare.load.KeepAlive;
import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.OpenLoop;
import io.tidegate.bench.compare.load.Responder;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/east-west}: its options, and its rounds. */
@Command(
    name = "bench/east-west",
    description = {
      "Measures what a connection between two containers costs, direct and by a virtual address"
          + " through the agent: containers, bridge and sandbox are network namespaces of its own."
          + " Needs root, ip, nft, and two cores.",
      "",
      "Quiet the machine first: whatever else runs on it shows in the figures.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class EastWestCommand implements Callable<Integer> {

  private static final int CLIENTS = 32;
  private static final int SMALL_ANSWER_BYTES = 2;
  private static final int OPEN_CONNECTIONS = 64;
  private static final int ANSWER_BYTES = 1 << 10;
  private static final double LOAD = 0.5;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final Duration WARM_UP = Duration.ofMillis(300);
  private static final Duration BREAK_IN = Duration.ofSeconds(6);

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each way gets its turn. Default: 7.")
  int rounds = 7;

  @Option(
      names = "--millis",
      paramLabel = "N",
      description = "How long each window is. Default: 2000.")
  int millis = 2_000;

  private final Setting setting;
  private final PrintStream out;
  private final PrintStream progress;
  private final Results results = new Results();

  /**
   * What the launcher has made.
   *
   * @param agent the process of {@link SandboxAgent}
   * @param vip the virtual address
   * @param task its task, in the namespace at that path
   */
  record Setting(ProcessHandle agent, InetAddress vip, InetAddress task, String taskNamespace) {}

  EastWestCommand(Setting setting, PrintStream out, PrintStream progress) {
    this.setting = setting;
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, TrafficException {
    try (LoadLoop sleepy = new LoadLoop();
        LoadLoop sleepless = new LoadLoop()) {
      NetworkNamespaces sockets = new NetworkNamespaces();
      sleepy.sleep(true);
      measureCosts(sleepy, new Responder(sleepy, sockets, setting.taskNamespace, at(80)));
      measureLatency(sleepless, new Responder(sleepless, sockets, setting.taskNamespace, at(81)));
    }
    out.print(results.markdown());
    return 0;
  }

  private InetSocketAddress at(int port) {
    return new InetSocketAddress(setting.task, port);
  }

  private List<Way> ways(int port) {
    return List.of(
        new Way(Results.DIRECT, at(port), null),
        new Way(Results.TIDEGATE, new InetSocketAddress(setting.vip, port), setting.agent));
  }

  private void measureCosts(LoadLoop loop, Responder responder)
      throws IOException, TrafficException {
    for (Way way : ways(80)) {
      progress.println("breaking in, " + way.name());
      run(loop, connects(loop, way, responder), BREAK_IN);
      run(loop, requests(loop, way, responder), BREAK_IN.dividedBy(2));
    }
    for (int round = 1; round <= rounds; round++) {
      progress.println("cost, round %d of %d".formatted(round, rounds));
      for (Way way : ways(80)) {
        results.add(
            "connect, ask once, close", way, cost(loop, connects(loop, way, responder), way));
        results.add(
            "a request on a kept connection", way, cost(loop, requests(loop, way, responder), way));
      }
    }
  }

  private static Traffic connects(LoadLoop loop, Way way, Responder responder) {
    return new ConnectClose(loop, way.target(), responder, CLIENTS, SMALL_ANSWER_BYTES);
  }

  private static Traffic requests(LoadLoop loop, Way way, Responder responder) {
    return new KeepAlive(loop, way.target(), responder, CLIENTS, SMALL_ANSWER_BYTES);
  }

  private static void run(LoadLoop loop, Traffic traffic, Duration time)
      throws IOException, TrafficException {
    traffic.begin();
    loop.run(traffic, time);
    traffic.finish();
  }

  private Cost cost(LoadLoop loop, Traffic traffic, Way way) throws IOException, TrafficException {
    traffic.begin();
    loop.run(traffic, WARM_UP);
    Cost cost = Cost.of(loop, traffic, way.agent(), window());
    traffic.finish();
    return cost;
  }

  private Duration window() {
    return Duration.ofMillis(millis);
  }

  /** At half of what the agent can do, for both ways. */
  private void measureLatency(LoadLoop loop, Responder responder)
      throws IOException, TrafficException {
    double peak = Double.MAX_VALUE;
    for (Way way : ways(81)) {
      progress.println("the rate, " + way.name());
      Traffic most = new KeepAlive(loop, way.target(), responder, OPEN_CONNECTIONS, ANSWER_BYTES);
      peak = Math.min(peak, cost(loop, most, way).perSecond());
    }
    double perSecond = peak * LOAD;
    results.rate(perSecond);
    for (int round = 1; round <= rounds; round++) {
      progress.println("latency, round %d of %d".formatted(round, rounds));
      for (Way way : ways(81)) {
        Histogram latency = latency(loop, way, responder, perSecond);
        results.addMicros("p50", way, latency.getValueAtPercentile(50) / NANOS_PER_MICRO);
        results.addMicros("p99", way, latency.getValueAtPercentile(99) / NANOS_PER_MICRO);
      }
    }
  }

  private Histogram latency(LoadLoop loop, Way way, Responder responder, double perSecond)
      throws IOException, TrafficException {
    OpenLoop traffic =
        new OpenLoop(loop, way.target(), responder, OPEN_CONNECTIONS, ANSWER_BYTES, perSecond);
    traffic.begin();
    loop.run(traffic, WARM_UP);
    traffic.forget();
    loop.run(traffic, window());
    traffic.finish();
    return traffic.latency();
  }
}
