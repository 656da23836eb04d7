package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class GatewayAddressTest {

  @Test
  void isThatOfTheInterfaceOfTheDefaultRoute() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      for (String line :
          new String[] {
            "ip link add eth0 type bridge",
            "ip addr add 10.30.0.2/24 dev eth0",
            "ip link set eth0 up",
            "ip link add eth1 type bridge",
            "ip addr add 172.30.0.2/16 dev eth1",
            "ip link set eth1 up",
            "ip route add default via 172.30.0.1"
          }) {
        namespace.run(line);
      }

      assertThat(GatewayAddress.in(namespace.path)).isEqualTo(InetAddress.ofLiteral("172.30.0.2"));
    }
  }

  @Test
  void namesANamespaceThatNothingReaches() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      assertThatThrownBy(() -> GatewayAddress.in(namespace.path))
          .isInstanceOf(IOException.class)
          .hasMessage(namespace.path + ": no default route: nothing comes there from outside");
    }
  }
}
