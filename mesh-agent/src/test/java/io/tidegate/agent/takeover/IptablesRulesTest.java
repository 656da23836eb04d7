package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.agent.linux.TestNamespace;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IptablesRulesTest {

  private static final Destination FIRST = new Destination("172.18.0.2", 41234, 0x7467);
  private static final Destination SECOND = new Destination("172.18.0.2", 41235, 0x7467);
  private static final Set<PublishedPort> WEB = Set.of(PublishedPort.tcp(8080));
  private static final String DOCKERS =
      "iptables -w -t mangle -A PREROUTING -p tcp --dport 8080 -j MARK --set-mark 0x100";

  @Test
  void keepsNewClientsFromDockersMarkingWhereThereIsASocket() {
    List<PublishedPort> ports = IntStream.rangeClosed(1, 16).mapToObj(PublishedPort::tcp).toList();

    assertThat(IptablesRules.added(FIRST, ports))
        .containsExactly(
            ":TIDEGATE-41234 - [0:0]",
            "-A TIDEGATE-41234 -d 172.18.0.2/32 -p tcp"
                + " -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"
                + " -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW ! --ctstatus CONFIRMED"
                + " -m socket --transparent -j CONNMARK --set-mark 0x7467",
            "-A TIDEGATE-41234 -d 172.18.0.2/32 -p tcp -m multiport --dports 16"
                + " -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW ! --ctstatus CONFIRMED"
                + " -m socket --transparent -j CONNMARK --set-mark 0x7467",
            "-A TIDEGATE-41234 -d 172.18.0.2/32 -p tcp -m connmark --mark 0x7467 -j ACCEPT",
            "-I PREROUTING 1 -j TIDEGATE-41234");
    assertThat(IptablesRules.added(FIRST, List.of(new PublishedPort(53, Protocol.UDP)))).hasSize(3);
  }

  @Test
  void leavesTheRulesOfOthersAlone() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      namespace.run(DOCKERS);
      String before = mangle(namespace);
      IptablesRules rules = rulesIn(namespace);

      rules.check(FIRST);
      assertThat(mangle(namespace)).isEqualTo(before);
      rules.replace(FIRST, WEB);
      rules.replace(FIRST, Set.of());
      assertThat(rules.has(FIRST)).isTrue();
      assertThat(rules.has(SECOND)).isFalse();
      assertThat(mangle(namespace))
          .doesNotContain("dports")
          .contains(before.strip().lines().toList().getLast());

      rules.removeOf(FIRST);
      assertThat(mangle(namespace)).isEqualTo(before);
    }
  }

  @Test
  void takesThePlaceOfAPredecessorAndIsLeftAloneByIt() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      IptablesRules rules = rulesIn(namespace);
      rules.replace(FIRST, WEB);
      rules.replace(SECOND, WEB);
      assertThat(rules.owners()).containsExactly(41235);

      rules.removeOf(FIRST);
      assertThat(rules.has(SECOND)).isTrue();
      rules.clear();
      rules.clear();
      assertThat(rules.owners()).isEmpty();
      assertThat(mangle(namespace)).doesNotContain("TIDEGATE");
    }
  }

  @Test
  void isNotInForceBehindOtherRulesAndComesFirstAgain() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      IptablesRules rules = rulesIn(namespace);
      rules.replace(FIRST, WEB);
      namespace.run(DOCKERS.replace("-A PREROUTING", "-I PREROUTING 1"));
      assertThat(rules.has(FIRST)).isFalse();

      rules.replace(FIRST, WEB);

      assertThat(rules.has(FIRST)).isTrue();
      assertThat(mangle(namespace).lines().filter(line -> line.contains("-j TIDEGATE"))).hasSize(1);
    }
  }

  @Test
  void keepsTheLastRulesWhereNewOnesAreRefused() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      IptablesRules rules = rulesIn(namespace);
      rules.replace(FIRST, WEB);

      assertThatThrownBy(() -> rules.replace(new Destination("nowhere!", 41235, 1), WEB))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("iptables-restore in " + namespace.path)
          .hasMessageContaining("nowhere!");
      assertThat(rules.has(FIRST)).isTrue();
    }
  }

  private static IptablesRules rulesIn(TestNamespace namespace) {
    return new IptablesRules(
        namespace.program("iptables"), namespace.program("iptables-restore"), "of the test");
  }

  private static String mangle(TestNamespace namespace) throws IOException {
    return namespace.run("iptables -w -t mangle -S");
  }
}
