package io.tidegate.agent.demo;

import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.source.HostPort;
import io.tidegate.mesh.Mesh;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.MeshStats;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.UpstreamSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemEpochNanoClock;

/** One run of the demo: the small Swarm, a mesh that serves it, and clients. */
final class Demo implements AutoCloseable {

  private static final Duration REFRESH = Duration.ofMillis(500);
  private static final int WEB_CLIENTS = 12;
  private static final int API_CLIENTS = 4;
  private static final int INSIDE_CLIENTS = 4;

  private final long startNanos = System.nanoTime();
  private final Choice choice;
  private final DemoSource source;
  private final Mesh mesh;
  private final DemoOutside.Admin admin;
  private final DemoLoad load = new DemoLoad();

  /** What the user chose; the ports are free ones by now. */
  record Choice(
      int webPort,
      int apiPort,
      DemoNetwork network,
      String bindAddress,
      HostPort admin,
      boolean hasLoad) {}

  private Demo(Choice choice, DemoSource source, Mesh mesh, DemoOutside.Admin admin) {
    this.choice = choice;
    this.source = source;
    this.mesh = mesh;
    this.admin = admin;
  }

  static Demo start(Choice choice, DemoOutside outside) throws DemoException {
    DemoSource source =
        new DemoSource(Script.STANDARD, choice.webPort(), choice.apiPort(), choice.network());
    ChangeLog changes = new ChangeLog(SystemEpochNanoClock.INSTANCE, source.status().name());
    Mesh mesh =
        Mesh.start(
            proxyConfig(choice.bindAddress()), UpstreamSockets.own(), changes::onInForce, _ -> {});
    try {
      serveInside(mesh, choice.network());
      source.start(changes.ahead(mesh::offer));
      Demo demo = new Demo(choice, source, mesh, admin(choice, mesh, changes, source, outside));
      demo.startLoad();
      return demo;
    } catch (DemoException e) {
      source.close();
      mesh.close();
      throw e;
    }
  }

  private static void serveInside(Mesh mesh, DemoNetwork network) throws DemoException {
    try {
      mesh.placeVirtual(DemoNetwork.ID, network.foothold(), network.port());
    } catch (IOException e) {
      throw new DemoException(
          "the virtual address cannot be served: %s. Choose another port with --vip-port (0 is any free one)."
              .formatted(e.getMessage()),
          e);
    }
  }

  private static DemoOutside.Admin admin(
      Choice choice, Mesh mesh, ChangeLog changes, DemoSource source, DemoOutside outside)
      throws DemoException {
    try {
      return outside.serve(mesh, changes, source, choice.network().virtual(), choice.admin());
    } catch (IOException e) {
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
      load.start(here(choice.webPort()), WEB_CLIENTS, () -> isServed("web", choice.webPort()));
      load.start(here(choice.apiPort()), API_CLIENTS, () -> isServed("api", choice.apiPort()));
      load.start(
          choice.network().virtual(), INSIDE_CLIENTS, () -> !mesh.table().virtual().isEmpty());
    }
  }

  private static InetSocketAddress here(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
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
        "curl localhost:%d (web), localhost:%d (api), %s (api inside its network)"
            .formatted(choice.webPort(), choice.apiPort(), HostPort.of(choice.network().virtual())),
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
    MeshStats stats = mesh.stats();
    return new Dashboard(
        elapsed(),
        Dashboard.routes(mesh.table(), stats, mesh.listeners(), view),
        Dashboard.virtual(mesh.table(), stats, view),
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
