package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalRouteTest {

  private static final int MARK = 0x7467;
  private static final int TABLE = 29_799;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isAddedOnceAndLeavesNothingBehind(boolean ipv6) throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      String family = ipv6 ? "-6" : "-4";
      String before = namespace.run("ip " + family + " rule list");
      LocalRoute route = new LocalRoute(namespace.program("ip"), MARK, TABLE);

      route.add(ipv6);
      route.add(ipv6);
      assertThat(namespace.run("ip " + family + " rule list"))
          .containsOnlyOnce("from all fwmark 0x7467 lookup 29799");
      assertThat(namespace.run("ip " + family + " route show table 29799"))
          .startsWith("local default dev lo");

      route.remove(ipv6);
      route.remove(ipv6);
      assertThat(namespace.run("ip " + family + " rule list")).isEqualTo(before);
      assertThat(namespace.run("ip " + family + " route show table all")).doesNotContain("29799");
    }
  }

  @Test
  void knowsItsRuleWhetherOrNotTheInterfaceIsThere() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      String before = namespace.run("ip rule list");
      LocalRoute route = new LocalRoute(namespace.program("ip"), MARK, TABLE, "bridge0");
      route.add(false);
      namespace.run("ip link add bridge0 type bridge");
      route.add(false);
      assertThat(namespace.run("ip rule list"))
          .containsOnlyOnce("from all fwmark 0x7467 iif bridge0 lookup 29799");
      namespace.run("ip link del bridge0");
      route.add(false);
      assertThat(namespace.run("ip rule list")).containsOnlyOnce("29799").contains("[detached]");
      route.remove(false);
      assertThat(namespace.run("ip rule list")).isEqualTo(before);
    }
  }

  @Test
  void refusesATableOfSomebodyElses() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      namespace.run("ip route add 192.0.2.0/24 dev lo table 29799");
      LocalRoute route = new LocalRoute(namespace.program("ip"), MARK, TABLE);

      assertThatThrownBy(() -> route.add(false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("routing table 29799 has routes of somebody else's: 192.0.2.0/24");
      route.remove(false);
      assertThat(namespace.run("ip route show table 29799")).contains("192.0.2.0/24");
      assertThat(namespace.run("ip rule list")).doesNotContain("29799");
    }
  }
}
