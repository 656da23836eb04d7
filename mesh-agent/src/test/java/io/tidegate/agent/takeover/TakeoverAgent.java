package io.tidegate.agent.takeover;

import static org.awaitility.Awaitility.await;

import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A data path and the keeper of its ports, which takes them over from {@link DockerMesh}. */
final class TakeoverAgent implements AutoCloseable {

  private static final int TARGET = 8080;

  final Mesh mesh;
  final Keeper keeper;
  private final Path sandbox;
  private boolean isOver;

  TakeoverAgent(DockerMesh docker, Surroundings surroundings) throws IOException {
    sandbox = docker.path();
    ProxyConfig config = ProxyConfig.defaults();
    mesh =
        Mesh.start(
            new ProxyConfig(
                2,
                "::",
                config.connectTimeout(),
                config.connectAttempts(),
                config.backlog(),
                config.relay(),
                config.udp()),
            new NetworkNamespaces(),
            _ -> wake(),
            _ -> {});
    keeper =
        new Keeper(
            new TakeoverConfig(TakeoverConfig.Mode.TAKEOVER, TakeoverConfig.USUAL_MARK),
            surroundings,
            mesh::table,
            mesh::place);
    keeper.start();
  }

  private void wake() {
    keeper.wake();
  }

  TakeoverAgent begin(int... ports) {
    publish(ports);
    keeper.begin();
    awaitTaken(2 * ports.length);
    return this;
  }

  /** The same where nothing but TCP can be taken over. */
  TakeoverAgent beginTcp(int port) {
    publish(port);
    keeper.begin();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> keeper.status().ports().equals(Set.of(PublishedPort.tcp(port))) && areBound(2));
    return this;
  }

  /** Each for TCP and UDP, by Docker's means. */
  void publish(int... ports) {
    Reach reach =
        Reach.overlay(InetAddress.ofLiteral("10.30.0.4"), sandbox.toString(), "by the test");
    List<Publication> publications = new ArrayList<>();
    for (int port : ports) {
      publications.add(new Publication(PublishedPort.tcp(port), TARGET));
      publications.add(new Publication(new PublishedPort(port, Protocol.UDP), TARGET));
    }
    Task task = new Task("task", "web.1", "node", TaskState.RUNNING, reach);
    mesh.offer(
        new Topology(
            List.of(new Service("s", "web", Policy.DEFAULT, publications, List.of(task))),
            List.of()));
  }

  void awaitTaken(int ports) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> keeper.status().ports().size() == ports && areBound(ports));
  }

  private boolean areBound(int ports) {
    return mesh.listeners().size() == ports
        && mesh.listeners().stream().allMatch(ListenerStatus::isBound);
  }

  /** Its end without a word: sockets are gone, and nothing else is done. */
  void kill() {
    isOver = true;
    keeper.cease();
    mesh.close();
  }

  /** To be called any number of times. */
  @Override
  public void close() {
    if (!isOver) {
      isOver = true;
      keeper.close();
      mesh.close();
    }
  }
}
