package io.tidegate.bench.eastwest;

import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.vip.VipKeeper;
import io.tidegate.agent.vip.VipPath;
import io.tidegate.proxy.Foothold;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.Shards;
import io.tidegate.routing.ChunkedMap;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.agrona.concurrent.SystemNanoClock;

/**
 * What of an agent serves one virtual address: its data path of one shard and the keeper of its
 * rules. Says {@code ready} when clients come, and ends when its input does.
 */
public final class SandboxAgent {

  private static final long LOOK_MILLIS = 50;
  private static final int LOOKS = 400;

  private SandboxAgent() {}

  /**
   * Started by {@code bench/east-west}.
   *
   * @param args the folder in which the sandbox is, the id of its network, the virtual address, the
   *     address of the task
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    String network = args[1];
    Path sandbox = folder.resolve("lb_" + network.substring(0, 9));
    VirtualIp ip =
        new VirtualIp(network, network, InetAddress.ofLiteral(args[2])).in(sandbox.toString());
    RoutingTable table = table(ip, InetAddress.ofLiteral(args[3]));
    try (Shards shards = shards();
        VipKeeper keeper =
            VipKeeper.of(
                "measured", () -> table, new Sockets(shards), () -> folder.resolve("ingress"))) {
      shards.publish(table);
      shards.settle();
      keeper.start(false);
      keeper.begin();
      awaitClients(keeper);
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // Whatever it says, it is not the end.
      }
    }
  }

  private static Shards shards() throws IOException {
    ProxyConfig plain = ProxyConfig.defaults();
    ProxyConfig config =
        new ProxyConfig(
            1,
            "127.0.0.1",
            plain.connectTimeout(),
            plain.connectAttempts(),
            plain.backlog(),
            plain.relay(),
            plain.udp());
    return new Shards(
        config,
        new NetworkNamespaces(),
        SystemNanoClock.INSTANCE,
        RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(1));
  }

  private static RoutingTable table(VirtualIp ip, InetAddress task) {
    Reach reach = Reach.overlay(task, String.valueOf(ip.namespace()), "measured");
    Endpoint endpoint = Endpoint.of(new Task("t", "task.1", "node", TaskState.RUNNING, reach), 1);
    ChunkedMap<VirtualPort, VirtualRoute> routes = ChunkedMap.empty();
    for (Protocol protocol : Protocol.values()) {
      VirtualPort port = VirtualPort.of(ip, protocol);
      Route route =
          new Route(
              port.ports(),
              "s",
              "task",
              Policy.DEFAULT,
              List.of(endpoint),
              List.of(),
              List.of(),
              Publication.Means.VIRTUAL,
              true);
      routes = routes.with(port, new VirtualRoute(ip, route));
    }
    return new RoutingTable(1, Map.of()).with(routes);
  }

  private static void awaitClients(VipKeeper keeper) throws IOException, InterruptedException {
    for (int i = 0; i < LOOKS; i++) {
      if (!keeper.status().networks().isEmpty()) {
        return;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    throw new IOException("virtual addresses are not served: " + keeper.status().error());
  }

  /** The data path as the keeper sees it. */
  private record Sockets(Shards shards) implements VipPath {

    @Override
    public int place(String networkId, Foothold foothold) throws IOException {
      return shards.placeVirtual(networkId, foothold);
    }

    @Override
    public void leave(String networkId) {
      shards.leaveVirtual(networkId);
    }
  }
}
