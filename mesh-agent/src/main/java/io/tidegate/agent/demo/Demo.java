package io.tidegate.agent.demo;

import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.source.HostPort;
import io.tidegate.mesh.Mesh;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.UpstreamSockets;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemEpochNanoClock;

/** One run of the demo: the small Swarm, a mesh that serves it, and clients. */
final class Demo implements AutoCloseable {

  private static final Duration REFRESH = Duration.ofMillis(500);
  private static final int WEB_CLIENTS = 12;
  private static final int API_CLIENTS = 4;

  private final long startNanos = System.nanoTime();
  private final Choice choice;
  private final DemoSource source;
  private final Mesh mesh;
  private final DemoOutside.Admin admin;
  private final DemoLoad load = new DemoLoad();

  /** What the user chose; the ports are free ones by now. */
  record Choice(int webPort, int apiPort, String bindAddress, HostPort admin, boolean hasLoad) {}

  private Demo(Choice choice, DemoSource source, Mesh mesh, DemoOutside.Admin admin) {
    this.choice = choice;
    this.source = source;
    this.mesh = mesh;
    this.admin = admin;
  }

  static Demo start(Choice choice, DemoOutside outside) throws DemoException {
    DemoSource source = new DemoSource(Script.STANDARD, choice.webPort(), choice.apiPort());
    ChangeLog changes = new ChangeLog(SystemEpochNanoClock.INSTANCE, source.status().name());
    Mesh mesh =
        Mesh.start(
            proxyConfig(choice.bindAddress()),
            UpstreamSockets.none("the demo's tasks are all in this process"),
            changes::onInForce,
            _ -> {});
    source.start(changes.ahead(mesh::offer));
    try {
      Demo demo =
          new Demo(choice, source, mesh, outside.serve(mesh, changes, source, choice.admin()));
      demo.startLoad();
      return demo;
    } catch (IOException e) {
      source.close();
      mesh.close();
      throw new DemoException(
          "metrics cannot be served on %s: %s. Choose another address with --admin, as in --admin 127.0.0.1:0."
              .formatted(choice.admin(), e.getMessage()),
          e);
    }
  }

  private static ProxyConfig proxyConfig(String bindAddress) {
    ProxyConfig defaults = ProxyConfig.defaults();
    return new ProxyConfig(
        defaults.shards(),
        bindAddress,
        defaults.connectTimeout(),
        defaults.connectAttempts(),
        defaults.backlog(),
        defaults.relay(),
        defaults.udp());
  }

  private void startLoad() {
    if (choice.hasLoad()) {
      load.start(choice.webPort(), WEB_CLIENTS, () -> isServed("web", choice.webPort()));
      load.start(choice.apiPort(), API_CLIENTS, () -> isServed("api", choice.apiPort()));
    }
  }

  // Whether it may be called: published by the Swarm and bound by the mesh.
  private boolean isServed(String service, int port) {
    return source.view().published().contains(service)
        && mesh.listeners().stream()
            .anyMatch(listener -> listener.isBound() && listener.port().number() == port);
  }

  /** Shows itself until it is stopped, the limit is over or nobody looks any more. */
  void run(Screen screen, Duration limit, CountDownLatch stop) throws InterruptedException {
    boolean isSeen = true;
    while (isSeen && elapsed().compareTo(limit) < 0) {
      if (stop.await(REFRESH.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      isSeen = screen.show(dashboard());
    }
  }

  DashboardText.Hints hints() {
    return new DashboardText.Hints(
        "curl http://localhost:%d/ (web), http://localhost:%d/ (api)"
            .formatted(choice.webPort(), choice.apiPort()),
        "http://" + admin.address() + "/metrics");
  }

  /** What happened, in one line. */
  String summary() {
    long relayed = 0;
    long refused = 0;
    for (RouteStats route : mesh.stats().routes().values()) {
      for (ConnectionResult result : ConnectionResult.values()) {
        long count = route.connections().getOrDefault(result, 0L);
        relayed += result == ConnectionResult.OK ? count : 0;
        refused += result == ConnectionResult.OK ? 0 : count;
      }
    }
    return "Ended after %s: %s connections relayed, %s refused; the demo's own clients got %s answers, %s failed."
        .formatted(
            DashboardText.clock(elapsed()),
            TaskTable.count(relayed),
            TaskTable.count(refused),
            TaskTable.count(load.answered()),
            TaskTable.count(load.failed()));
  }

  private Dashboard dashboard() {
    DemoView view = source.view();
    return new Dashboard(
        elapsed(),
        Dashboard.routes(mesh.table(), mesh.stats(), mesh.listeners(), view),
        load.answered(),
        load.failed(),
        view);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  @Override
  public void close() {
    load.close();
    admin.close();
    source.close();
    mesh.close();
  }
}
