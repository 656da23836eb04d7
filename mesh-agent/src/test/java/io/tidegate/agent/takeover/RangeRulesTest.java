package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.takeover.RangeRules.Range;
import io.tidegate.routing.PublishedPort;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class RangeRulesTest {

  private static final RangeRules RULES = new RangeRules(41234, true);

  @Test
  void bringsClientsOfAllRangesToTheSocketsAtLoopback() {
    assertThat(
            RULES.text(
                List.of(
                    range("10000-20000/udp", "::"),
                    range("30000-30100/udp", "::"),
                    range("10000-20000/tcp", "0.0.0.0"))))
        .isEqualTo(
            """
              chain port_41234 {
                type filter hook prerouting priority -90; policy accept;
                meta nfproto ipv4 tcp dport { 10000-20000 } jump here
                udp dport { 10000-20000, 30000-30100 } jump here
              }
              chain here {
                fib daddr type != local accept
                socket transparent 0 accept
                meta nfproto ipv4 meta l4proto { tcp, udp } tproxy ip to 127.0.0.1:41234 accept
                meta nfproto ipv6 meta l4proto { tcp, udp } tproxy ip6 to [::1]:41234 accept
              }
            """);
  }

  @Test
  void bringsClientsOfSomeAddressesAlone() {
    assertThat(RULES.text(List.of(range("1-2/tcp", "192.0.2.1", "2001:db8::1", "fe80::1%1"))))
        .contains(
            "ip daddr 192.0.2.1 tcp dport { 1-2 } jump here",
            "ip6 daddr 2001:db8:0:0:0:0:0:1 tcp dport { 1-2 } jump here",
            "iif 1 ip6 daddr fe80:0:0:0:0:0:0:1 tcp dport { 1-2 } jump here");
  }

  @Test
  void saysNothingOfIpv6WhereThereIsNone() {
    assertThat(new RangeRules(1, false).text(List.of())).doesNotContain("ip6", "ipv6");
  }

  private static Range range(String port, String... addresses) {
    return new Range(
        PublishedPort.parse(port),
        List.of(addresses).stream().map(InetAddress::ofLiteral).toList());
  }
}
