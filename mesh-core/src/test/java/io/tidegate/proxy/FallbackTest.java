package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.Imitated;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Fallback;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that cannot be imitated although their route asks for it. */
@Timeout(60)
class FallbackTest {

  private final ProxyFixture proxy = new ProxyFixture();

  @AfterEach
  void close() {
    proxy.close();
  }

  private static Policy transparent(Fallback fallback) {
    return Policy.DEFAULT.withClientAddress(
        ClientAddress.DEFAULT.withTold(ClientIp.TRANSPARENT).withFallback(fallback));
  }

  private long imitated(int port, Imitated result) {
    return proxy.stats(port).imitated().getOrDefault(result, 0L);
  }

  /** So soon that it may be noticed before the connect is. */
  private static void assertReset(ProxyFixture at, int port) {
    assertThatThrownBy(
            () -> {
              try (Socket client = at.connect(port)) {
                client.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class);
  }

  @Test
  void areServedAsEverByDefault() throws Exception {
    try (TestTask task = TestTask.echo()) {
      int port = proxy.serve(Protocol.TCP, transparent(Fallback.OFF), task.address());
      try (Socket client = proxy.connect(port)) {
        client.getOutputStream().write(7);
        assertThat(client.getInputStream().read()).isEqualTo(7);
      }
      assertThat(imitated(port, Imitated.NO_AGENT)).isEqualTo(1);
    }
  }

  @Test
  void comeWithAHeaderWhereTheRouteSaysSo() throws Exception {
    try (TestTask task = TestTask.echo()) {
      int port = proxy.serve(Protocol.TCP, transparent(Fallback.PROXY_V1), task.address());
      try (Socket client = proxy.connect(port)) {
        byte[] expected =
            "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\n"
                .formatted(client.getLocalPort(), port)
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(client.getInputStream().readNBytes(expected.length)).isEqualTo(expected);
      }
    }
  }

  @Test
  void areResetAtOnceWhereTheRouteRefusesThemAndNoTaskIsBlamed() throws Exception {
    try (TestTask task = TestTask.echo()) {
      int port = proxy.serve(Protocol.TCP, transparent(Fallback.REFUSE), task.address());
      for (int i = 0; i < 5; i++) {
        assertReset(proxy, port);
      }
      assertThat(proxy.stats(port).connections())
          .containsEntry(ConnectionResult.NOT_TRANSPARENT, 5L);
      assertThat(proxy.stats(port).parking().parked()).isZero();
      assertThat(proxy.stats(port).endpoints().values())
          .allMatch(endpoint -> endpoint.connectFailures() == 0);
      assertThat(task.connections()).isZero();
    }
  }

  @Test
  void loseTheirDatagramsWhereTheRouteRefusesThem() throws Exception {
    try (UdpTask task = UdpTask.named("a");
        DatagramSocket client = new DatagramSocket()) {
      int port = proxy.serve(Protocol.UDP, transparent(Fallback.REFUSE), task.address());
      client.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
      Await.until(
          () ->
              proxy.stats(port).connections().getOrDefault(ConnectionResult.NOT_TRANSPARENT, 0L)
                      == 1
                  && imitated(port, Imitated.NO_AGENT) == 1);
    }
  }

  @Test
  void areNotPassedToATaskThatAnotherAgentCannotReachAsThem() throws Exception {
    try (HopFixture hop = new HopFixture();
        TestTask task = TestTask.echo()) {
      Endpoint local = HopFixture.local(task.address());
      hop.tellFar(transparent(Fallback.REFUSE), local);
      int port = hop.serve(hop.passed(task.address(), hop.offer()));
      assertReset(hop.near, port);
      assertThat(hop.near.stats(port).connections())
          .containsEntry(ConnectionResult.NOT_TRANSPARENT, 1L);
      assertThat(task.connections()).isZero();
    }
  }
}
