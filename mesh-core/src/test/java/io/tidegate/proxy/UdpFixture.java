package io.tidegate.proxy;

import io.tidegate.metrics.DatagramResult;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.NanoClock;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What tests of UDP are made of: closed after each, the last first. */
final class UdpFixture implements AfterEachCallback {

  private static final UdpConfig PLENTY = new UdpConfig(Duration.ofSeconds(60), 1_000, 100_000);

  private final List<AutoCloseable> opened = new ArrayList<>();

  ProxyFixture proxy() {
    return proxy(PLENTY);
  }

  ProxyFixture proxy(UdpConfig config) {
    return keep(new ProxyFixture(ProxyFixture.config(config)));
  }

  ProxyFixture proxy(NanoClock clock) {
    return keep(new ProxyFixture(ProxyFixture.config(PLENTY), clock));
  }

  UdpTask task(String name) {
    return keep(UdpTask.named(name));
  }

  /** A task that answers nothing. */
  UdpTask silent() {
    return keep(UdpTask.answering(0));
  }

  UdpProbe probe(int port) throws IOException {
    return keep(new UdpProbe(port));
  }

  <T extends AutoCloseable> T keep(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  /** Until the tables that were published are in force: a later one is. */
  static void awaitTable(ProxyFixture proxy) {
    proxy.serveUdp(0);
  }

  static long in(ProxyFixture proxy, int port, DatagramResult result) {
    return proxy.stats(port).datagrams().in().getOrDefault(result, 0L);
  }

  /** Where nobody listens: the kernel refuses. */
  static InetSocketAddress deadAddress() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }
}
