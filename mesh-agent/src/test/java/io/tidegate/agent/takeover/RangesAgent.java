package io.tidegate.agent.takeover;

import static org.awaitility.Awaitility.await;

import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.Labels;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.linux.TestNamespace;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** A data path and the keeper of its ranges, in the namespace of a node. */
final class RangesAgent implements AutoCloseable {

  static final int SHARDS = 2;

  final Mesh mesh;
  final RangeKeeper keeper;
  private final TestNamespace node;
  private boolean isOver;

  private record DataPath(Mesh mesh) implements RangePath {

    @Override
    public int gather() throws IOException {
      return mesh.gather();
    }

    @Override
    public void refuse(String why) {
      mesh.refuseRanges(why);
    }

    @Override
    public List<ListenerStatus> listeners() {
      mesh.settle();
      return mesh.listeners();
    }
  }

  RangesAgent(TestNamespace node) throws IOException {
    this.node = node;
    ProxyConfig plain = ProxyConfig.defaults();
    ProxyConfig config =
        new ProxyConfig(
            SHARDS,
            "::",
            plain.connectTimeout(),
            plain.connectAttempts(),
            plain.backlog(),
            plain.relay(),
            plain.udp());
    mesh = node.inside(() -> Mesh.start(config, new NetworkNamespaces(), _ -> wake(), _ -> {}));
    keeper = RangeKeeper.of(mesh::table, new DataPath(mesh));
    node.inside(
        () -> {
          keeper.start(false);
          return this;
        });
  }

  private void wake() {
    keeper.wake();
  }

  RangesAgent begin(String... publications) throws IOException {
    publish(publications);
    keeper.begin();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> keeper.status().ports().size() == ranges() && ranges() > 0);
    return this;
  }

  /** By a label of a single service. */
  void publish(String... publications) throws IOException {
    publish(Policy.DEFAULT, publications);
  }

  void publish(Policy policy, String... publications) throws IOException {
    List<Publication> published =
        publications.length == 0
            ? List.of()
            : Labels.PUBLISH.parse(Declared.NOTHING, String.join(",", publications)).publications();
    Reach reach = Reach.local(InetAddress.ofLiteral(RangesFixture.TASK), "by the test");
    Task task = new Task("task", "web.1", "node", TaskState.RUNNING, reach);
    Service service = new Service("s", "web", policy, published, List.of(task));
    mesh.offer(new Topology(List.of(service), List.of()));
    await().until(() -> mesh.table().routes().size() == published.size());
    mesh.settle();
  }

  private long ranges() {
    return mesh.table().routes().keySet().stream().filter(port -> port.isRange()).count();
  }

  List<ListenerStatus> listeners() {
    return mesh.listeners().stream().map(keeper.status()::correct).toList();
  }

  /** Its end without a word: sockets are gone, and nothing else is done. */
  void kill() {
    isOver = true;
    keeper.cease();
    mesh.close();
  }

  /** To be called any number of times. */
  @Override
  public void close() throws IOException {
    if (isOver) {
      return;
    }
    isOver = true;
    // Its rules are those of the namespace that it is called in.
    node.inside(
        () -> {
          keeper.close();
          return this;
        });
    mesh.close();
  }
}
