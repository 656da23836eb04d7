package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.ProxyProcess;
import io.tidegate.bench.compare.load.KeepAlive;
import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.OpenLoop;
import io.tidegate.bench.compare.load.Responder;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Figure.Group;
import io.tidegate.bench.compare.report.Summary;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Takes what each proxy adds to a request's latency over no proxy at all, at half of what the
 * slowest of them can do, with requests that are sent whether or not the last ones were answered.
 */
final class LatencyPhase {

  private static final int CONNECTIONS = 64;
  private static final int ANSWER_BYTES = 1 << 10;
  private static final double LOAD = 0.5;
  private static final Duration WARM_UP = Duration.ofMillis(300);
  private static final Duration OVERHEAD = Duration.ofMillis(50);

  /** A percentile and its figure. */
  private record Point(double percentile, Figure figure) {
    String word() {
      return word(figure.id());
    }

    private static String word(String id) {
      return id.substring(id.indexOf('-') + 1);
    }
  }

  private static final List<Point> POINTS =
      List.of(point(50, "latency-p50"), point(99, "latency-p99"), point(99.9, "latency-p99.9"));

  static final List<String> FIGURE_IDS = POINTS.stream().map(point -> point.figure.id()).toList();

  private final Bench bench;
  private final List<double[]> directs = new ArrayList<>();
  private double perSecond;

  LatencyPhase(Bench bench) {
    this.bench = bench;
  }

  private static Point point(double percentile, String id) {
    String title = Point.word(id) + " of requests for 1 KiB";
    return new Point(percentile, new Figure(id, Group.LATENCY, title));
  }

  static List<Figure> figures() {
    return POINTS.stream().map(Point::figure).toList();
  }

  static Duration estimate(Plan plan, int contenders) {
    Duration peaks = plan.window().plus(WARM_UP).multipliedBy(contenders);
    Duration once = plan.latencyWindow().plus(WARM_UP).plus(OVERHEAD);
    return peaks.plus(once.multipliedBy((long) plan.rounds() * (contenders + 1)));
  }

  /** How it was measured, for people. */
  String method() {
    if (directs.isEmpty()) {
      return "not measured";
    }
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "%.0f requests per second, ", perSecond));
    text.append("open loop, " + CONNECTIONS + " connections; without a proxy");
    for (int i = 0; i < POINTS.size(); i++) {
      int index = i;
      double median =
          Summary.of(directs.stream().mapToDouble(direct -> direct[index]).toArray()).median();
      text.append(String.format(Locale.ROOT, ", %s %.0f µs", POINTS.get(i).word(), median));
    }
    return text.toString();
  }

  void run(List<Candidate> candidates) throws IOException {
    bench.progress().turn("latency, the rate");
    double weakest = Double.MAX_VALUE;
    for (Candidate candidate : candidates) {
      weakest = Math.min(weakest, peak(candidate));
    }
    if (weakest == Double.MAX_VALUE) {
      return;
    }
    perSecond = weakest * LOAD;
    for (int round = 1; round <= bench.plan().rounds(); round++) {
      takeRound(candidates, round);
    }
  }

  /** Requests per second when the next one is sent as soon as the last one is answered. */
  private double peak(Candidate candidate) throws IOException {
    bench.progress().step(candidate.name());
    candidate.thaw();
    try {
      Window window = peakWindow(candidate);
      while (window.isDisturbed() && bench.retries().take()) {
        window = peakWindow(candidate);
      }
      return window.units() / window.seconds();
    } catch (TrafficException | IOException e) {
      fail(candidate, e);
      return Double.MAX_VALUE;
    } finally {
      candidate.freeze();
    }
  }

  private Window peakWindow(Candidate candidate) throws IOException, TrafficException {
    LoadLoop loop = bench.loop();
    Traffic traffic =
        new KeepAlive(loop, candidate.address(), candidate.responder(), CONNECTIONS, ANSWER_BYTES);
    traffic.begin();
    loop.run(traffic, WARM_UP);
    Window window = Window.over(loop, traffic, candidate.proxy(), bench.plan().window());
    traffic.finish();
    return window;
  }

  private void takeRound(List<Candidate> candidates, int round) throws IOException {
    bench.progress().turn("latency, round %d of %d".formatted(round, bench.plan().rounds()));
    double[] direct;
    try (Responder responder = new Responder(bench.loop(), bench.fleet().freePort())) {
      bench.progress().step("direct");
      direct = percentiles(responder.address(), responder, null);
      directs.add(direct);
    } catch (TrafficException e) {
      throw new IOException("traffic without a proxy failed: " + e.getMessage(), e);
    }
    for (Candidate candidate : candidates) {
      bench.progress().step(candidate.name());
      candidate.thaw();
      try {
        double[] through =
            percentiles(candidate.address(), candidate.responder(), candidate.proxy());
        record(candidate, round, direct, through);
      } catch (TrafficException | IOException e) {
        fail(candidate, e);
      }
      candidate.freeze();
    }
  }

  /** Microseconds, one value for each of the points. */
  private double[] percentiles(
      InetSocketAddress target, Responder responder, @Nullable ProxyProcess proxy)
      throws IOException, TrafficException {
    Window window;
    OpenLoop traffic;
    do {
      traffic = new OpenLoop(bench.loop(), target, responder, CONNECTIONS, ANSWER_BYTES, perSecond);
      traffic.begin();
      bench.loop().run(traffic, WARM_UP);
      traffic.forget();
      window = Window.over(bench.loop(), traffic, proxy, bench.plan().latencyWindow());
      traffic.finish();
    } while (window.isDisturbed() && bench.retries().take());
    Histogram latency = traffic.latency();
    return POINTS.stream()
        .mapToDouble(point -> latency.getValueAtPercentile(point.percentile) / 1e3)
        .toArray();
  }

  private void record(Candidate candidate, int round, double[] direct, double[] through) {
    for (int i = 0; i < POINTS.size(); i++) {
      bench
          .recorder()
          .add(
              POINTS.get(i).figure,
              candidate.name(),
              round,
              through[i] - direct[i],
              Map.of(
                  "directMicros", direct[i],
                  "throughMicros", through[i],
                  "requestsPerSecond", perSecond));
    }
  }

  private void fail(Candidate candidate, Exception e) {
    bench.loop().abandon(candidate.responder());
    for (Point point : POINTS) {
      bench.recorder().fail(point.figure, candidate.name(), String.valueOf(e.getMessage()));
    }
  }
}
