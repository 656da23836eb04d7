package io.tidegate.bench;

import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayConfig;
import io.tidegate.proxy.RelayMode;
import io.tidegate.proxy.Shards;
import io.tidegate.proxy.UdpConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.SystemNanoClock;

/** A data path of one shard on loopback, in this process. */
final class LoopbackProxy implements AutoCloseable {

  // Relays settle when this has passed, and cost nothing but their system calls from then on.
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Shards shards;
  private final List<PublishedPort> ports;

  /**
   * Starts a shard and waits until all its ports are bound.
   *
   * @param protocol of all ports
   * @param routes how many ports it serves
   * @param endpointsPerRoute all of which are the same task
   */
  LoopbackProxy(
      RelayMode mode, Protocol protocol, int routes, int endpointsPerRoute, InetSocketAddress task)
      throws IOException {
    ProxyConfig config =
        new ProxyConfig(
            1,
            "127.0.0.1",
            CONNECT_TIMEOUT,
            3,
            1_024,
            RelayConfig.defaults().withMode(mode),
            UdpConfig.defaults());
    shards =
        new Shards(
            config,
            UpstreamSockets.none("not in this benchmark"),
            SystemNanoClock.INSTANCE,
            Tables.random());
    ports = freePorts(protocol, routes);
    shards.publish(Tables.of(ports, endpointsPerRoute, 0, task));
    awaitBound();
  }

  /** Ports that nobody has now. */
  private static List<PublishedPort> freePorts(Protocol protocol, int count) throws IOException {
    List<Closeable> sockets = new ArrayList<>();
    List<PublishedPort> ports = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ports.add(new PublishedPort(hold(protocol, sockets), protocol));
      }
      return ports;
    } finally {
      for (Closeable socket : sockets) {
        socket.close();
      }
    }
  }

  private static int hold(Protocol protocol, List<Closeable> sockets) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return switch (protocol) {
      case TCP -> {
        ServerSocket socket = new ServerSocket();
        sockets.add(socket);
        socket.bind(any);
        yield socket.getLocalPort();
      }
      case UDP -> {
        DatagramSocket socket = new DatagramSocket(any);
        sockets.add(socket);
        yield socket.getLocalPort();
      }
    };
  }

  private void awaitBound() {
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    while (shards.listeners().stream().filter(status -> status.isBound()).count() < ports.size()) {
      if (System.nanoTime() > endNanos) {
        throw new IllegalStateException("ports: not all bound after " + PATIENCE);
      }
      Thread.onSpinWait();
    }
  }

  /** The address of the first port. */
  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.getFirst().number());
  }

  @Override
  public void close() {
    shards.close();
  }
}
