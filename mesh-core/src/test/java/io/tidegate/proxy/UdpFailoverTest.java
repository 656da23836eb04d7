package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.metrics.ConnectionResult;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a session whose task is no more. */
@Timeout(60)
class UdpFailoverTest {

  @RegisterExtension final UdpFixture udp = new UdpFixture();

  @Test
  void sendsWhatWasRefusedToAnotherEndpoint() throws IOException {
    ProxyFixture proxy = udp.proxy();
    for (int i = 0; i < 10; i++) {
      int port = proxy.serveUdp(0, UdpFixture.deadAddress(), udp.task("b").address());
      // Without a second try by the client, whichever was picked first.
      assertThat(udp.probe(port).ask("hello")).isEqualTo("b hello");
      assertThat(udp.probe(port).ask("")).isEqualTo("b ");
    }
  }

  @Test
  void goesElsewhereWhenTheTaskDies() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, a.address(), b.address());
    UdpProbe probe = udp.probe(port);
    boolean wasA = probe.ask("1").startsWith("a");
    (wasA ? a : b).close();

    assertThat(probe.ask("2")).isEqualTo((wasA ? "b" : "a") + " 2");
    assertThat(probe.ask("3")).isEqualTo((wasA ? "b" : "a") + " 3");
    assertThat(proxy.stats(port).connections()).containsEntry(ConnectionResult.OK, 1L);
  }

  @Test
  void goesElsewhereWhenTheTableHasTheEndpointNoMore() throws IOException {
    UdpTask a = udp.task("a");
    UdpTask b = udp.task("b");
    ProxyFixture proxy = udp.proxy();
    int port = proxy.serveUdp(0, a.address());
    UdpProbe probe = udp.probe(port);
    assertThat(probe.ask("1")).isEqualTo("a 1");
    proxy.publishUdp(port, 0, a.address(), b.address());
    UdpFixture.awaitTable(proxy);
    assertThat(probe.ask("2")).isEqualTo("a 2");
    proxy.publishUdp(port, 0, b.address());
    UdpFixture.awaitTable(proxy);

    assertThat(probe.ask("3")).isEqualTo("b 3");
  }
}
