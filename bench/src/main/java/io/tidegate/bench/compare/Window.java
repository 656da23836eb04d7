package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.CoreTime;
import io.tidegate.bench.compare.contender.ProxyProcess;
import io.tidegate.bench.compare.load.LoadLoop;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a window of time.
 *
 * @param seconds its length
 * @param units that were done
 * @param isProxied whether there was a proxy
 * @param proxySeconds CPU time of the proxy; all that the core was busy where there is no proxy
 * @param loadSeconds CPU time of the load, which hardly ever sleeps
 * @param core how the proxy's core has spent it
 */
record Window(
    double seconds,
    long units,
    boolean isProxied,
    double proxySeconds,
    double loadSeconds,
    CoreTime core) {

  static final int PROXY_CORE = 0;

  private static final double DISTURBED_SHARE = 0.1;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Runs traffic, which flows already, for that long. */
  static Window over(LoadLoop loop, Traffic traffic, @Nullable ProxyProcess proxy, Duration length)
      throws IOException, TrafficException {
    CoreTime coreBefore = CoreTime.now(PROXY_CORE);
    long loadBefore = THREADS.getCurrentThreadCpuTime();
    long proxyBefore = proxy == null ? 0 : proxy.cpuNanos();
    long unitsBefore = traffic.units();
    long startNanos = System.nanoTime();
    loop.run(traffic, length);
    long nanos = System.nanoTime() - startNanos;
    long units = traffic.units() - unitsBefore;
    double proxySeconds = proxy == null ? 0 : (proxy.cpuNanos() - proxyBefore) / 1e9;
    double loadSeconds = (THREADS.getCurrentThreadCpuTime() - loadBefore) / 1e9;
    CoreTime core = CoreTime.now(PROXY_CORE).minus(coreBefore);
    return new Window(
        nanos / 1e9,
        units,
        proxy != null,
        proxy == null ? core.busySeconds() : proxySeconds,
        loadSeconds,
        core);
  }

  /** CPU time of the proxy, if there is one, and of the load, which must have slept. */
  double wholeSeconds() {
    return (isProxied ? proxySeconds : 0) + loadSeconds;
  }

  /** The share of the time that others have taken from either core. */
  double foreignShare() {
    double onProxyCore = core.busySeconds() - proxySeconds;
    double onLoadCore = seconds - loadSeconds;
    return Math.max(0, Math.max(onProxyCore, onLoadCore)) / seconds;
  }

  boolean isDisturbed() {
    return foreignShare() > DISTURBED_SHARE;
  }

  Map<String, Double> detail() {
    return Map.of(
        "proxySeconds",
        proxySeconds,
        "loadSeconds",
        loadSeconds,
        "windowSeconds",
        seconds,
        "units",
        (double) units,
        "coreBusySeconds",
        core.busySeconds(),
        "coreStolenSeconds",
        core.stolenSeconds());
  }
}
