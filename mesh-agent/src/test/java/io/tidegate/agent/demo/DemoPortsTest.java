package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class DemoPortsTest {

  @Test
  void findsAFreePortForZero() throws DemoException {
    DemoPorts ports = new DemoPorts("127.0.0.1", port -> null);
    assertThat(ports.free("--port", 0)).isPositive();
  }

  @Test
  void namesThePortItsHolderAndTheWayOut() throws IOException {
    DemoPorts ports = new DemoPorts("127.0.0.1", port -> "held by nginx (pid 12)");
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatExceptionOfType(DemoException.class)
          .isThrownBy(() -> ports.free("--port", other.getLocalPort()))
          .withMessageContaining("port " + other.getLocalPort())
          .withMessageContaining("in use, held by nginx (pid 12). Choose")
          .withMessageContaining("--port");
    }
  }

  @Test
  void refusesTheSamePortTwice() throws DemoException {
    DemoPorts ports = new DemoPorts("127.0.0.1", port -> null);
    int first = ports.free("--port", 0);
    assertThatExceptionOfType(DemoException.class)
        .isThrownBy(() -> ports.free("--second-port", first))
        .withMessageContaining("--second-port: " + first);
  }

  @Test
  void refusesWhatIsNoPortAndNoAddress() {
    assertThatExceptionOfType(DemoException.class)
        .isThrownBy(() -> new DemoPorts("::", port -> null).free("--port", 70_000))
        .withMessageContaining("70000 (expected: 0 to 65535");
    assertThatExceptionOfType(DemoException.class)
        .isThrownBy(() -> new DemoPorts("nowhere", port -> null).free("--port", 0))
        .withMessageContaining("nowhere (expected:");
  }
}
