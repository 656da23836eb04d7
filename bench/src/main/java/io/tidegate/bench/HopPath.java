package io.tidegate.bench;

import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.Shards;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.HopOffer;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The data paths of two nodes in this process, one shard each: clients come to one, and are passed
 * to the other, whose task it is.
 */
public final class HopPath {

  private static final String NAMESPACE = "this one";
  private static final String NEAR = "near";
  private static final String NEAR_HOST = "127.0.0.1";

  /** The other node publishes the same ports, so it needs an address of its own. */
  private static final String FAR_HOST = "127.0.0.2";

  private static final HopKey SECRET = new HopKey(new byte[HopKey.BYTES]);

  private static final UpstreamSockets SOCKETS =
      new UpstreamSockets() {
        @Override
        public int openStream(String namespace, boolean ipv6) {
          return LinuxSocket.newSocketStream(ipv6).intValue();
        }

        @Override
        public int openDatagram(String namespace, boolean ipv6) {
          return LinuxSocket.newSocketDgram(ipv6).intValue();
        }

        @Override
        public boolean holds(String namespace, InetAddress address) {
          return true;
        }
      };

  private final int port;
  private final InetSocketAddress task;
  private final InetSocketAddress hops;

  private HopPath(int port, int taskPort, int hopPort) {
    this.port = port;
    task = new InetSocketAddress(InetAddress.ofLiteral(NEAR_HOST), taskPort);
    hops = new InetSocketAddress(InetAddress.ofLiteral(FAR_HOST), hopPort);
  }

  /**
   * Serves until the process is ended.
   *
   * @param args a file of properties: {@code port} where clients come to, {@code task} and {@code
   *     hop}, all of them ports
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Properties ports = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of(args[0]))) {
      ports.load(file);
    }
    new HopPath(number(ports, "port"), number(ports, "task"), number(ports, "hop")).start();
    new CountDownLatch(1).await();
  }

  private static int number(Properties ports, String name) {
    return Integer.parseInt(ports.getProperty(name));
  }

  private void start() {
    Shards far = shards(FAR_HOST);
    far.hear(List.of(new HopGate(NAMESPACE, 1, hops, SECRET)));
    far.publish(table(Reach.local(task.getAddress(), "given by the benchmark")));
    HopOffer offer = new HopOffer(hops, NAMESPACE, NEAR, SECRET.derive(NEAR));
    shards(NEAR_HOST).publish(table(Reach.hop(offer, port, "given by the benchmark")));
  }

  private static Shards shards(String host) {
    ProxyConfig config =
        new ProxyConfig(
            1, host, Duration.ofSeconds(4), 3, 4_096, RelayConfig.defaults(), UdpConfig.defaults());
    return new Shards(config, SOCKETS, SystemNanoClock.INSTANCE, Tables.random());
  }

  private RoutingTable table(Reach reach) {
    TreeMap<PublishedPort, Route> routes = new TreeMap<>();
    Endpoint endpoint =
        Endpoint.of(new Task("task-1", "web.1", "far", TaskState.RUNNING, reach), task.getPort());
    for (Protocol protocol : Protocol.values()) {
      PublishedPort published = new PublishedPort(port, protocol);
      routes.put(
          published,
          new Route(
              published,
              "service",
              "web",
              BalancingPolicy.P2C,
              List.of(endpoint),
              List.of(),
              List.of()));
    }
    return new RoutingTable(1, routes);
  }
}
