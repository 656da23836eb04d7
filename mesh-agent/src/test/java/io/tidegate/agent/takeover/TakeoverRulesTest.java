package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TakeoverRulesTest {

  private static final TakeoverRules RULES = new TakeoverRules("172.18.0.2", 41234, 0x7467);

  @Test
  void bringsNewClientsToWhereTheSocketsForAllPortsAre() {
    assertThat(
            RULES.text(
                List.of(
                    PublishedPort.tcp(8080),
                    new PublishedPort(53, Protocol.UDP),
                    PublishedPort.tcp(443))))
        .isEqualTo(
            """
              chain before {
                type filter hook prerouting priority -300; policy accept;
                ip daddr 172.18.0.2 ip saddr . udp sport . udp dport @moved update @moved { ip saddr . udp sport . udp dport } ct original zone set 29799 accept
                ip daddr 172.18.0.2 ip saddr . udp sport . udp dport @had tproxy ip to 172.18.0.2:41234 update @had { ip saddr . udp sport . udp dport } notrack accept
                ip daddr 172.18.0.2 ip saddr . udp sport . udp dport @fresh tproxy ip to 172.18.0.2:41234 accept
                ip daddr 172.18.0.2 ip saddr . udp sport . udp dport @had delete @had { ip saddr . udp sport . udp dport }
                ip daddr 172.18.0.2 ip saddr . udp sport . udp dport @fresh delete @fresh { ip saddr . udp sport . udp dport } update @moved { ip saddr . udp sport . udp dport } ct original zone set 29799
              }
              chain answers {
                type filter hook output priority -300; policy accept;
                ip saddr 172.18.0.2 ip daddr . udp dport . udp sport @had notrack
              }
              chain port_41234 {
                type filter hook prerouting priority -140; policy accept;
                ip daddr 172.18.0.2 meta l4proto tcp ct mark 0x7467 tproxy ip to 172.18.0.2:41234 meta mark set 0x7467 accept
                ip daddr 172.18.0.2 meta l4proto udp ct state untracked tproxy ip to 172.18.0.2:41234 meta pkttype set broadcast meta mark set 0x7467 accept
                ip daddr 172.18.0.2 meta l4proto udp ct mark 0x7467 tproxy ip to 172.18.0.2:41234 meta pkttype set broadcast meta mark set 0x7467 accept
                ip daddr 172.18.0.2 tcp dport { 443, 8080 } tcp flags & (fin | syn | rst | ack) == syn ct state new ct status & confirmed == 0 tproxy ip to 172.18.0.2:41234 ct mark set 0x7467 meta mark set 0x7467 accept
                ip daddr 172.18.0.2 udp dport { 53 } ct state new ct status & confirmed == 0 tproxy ip to 172.18.0.2:41234 meta pkttype set broadcast ct mark set 0x7467 ct timeout set "brief" meta mark set 0x7467 update @had { ip saddr . udp sport . udp dport } update @fresh { ip saddr . udp sport . udp dport } accept
              }
            """);
  }

  @Test
  void keepsTheClientsThatItHasWhereNoPortIsTakenAnyMore() {
    assertThat(RULES.text(Set.of()))
        .contains("tcp ct mark 0x7467 tproxy", "udp ct mark 0x7467 tproxy")
        .doesNotContain("dport {", "ct state new");
  }
}
