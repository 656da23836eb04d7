package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NftTableTest {

  private static final String FIRST = chain("of_1", "tcp dport 80 accept");
  private static final String SECOND = chain("of_2", "udp dport 53 accept");

  @Test
  void replacesAllThatTheTableHadInOneTransaction() {
    NftTable table = new NftTable(new Program(Path.of("nft"), null), "tidegate");

    assertThat(table.replacing("  chain a {\n  }\n"))
        .isEqualTo(
            """
            add table inet tidegate
            delete table inet tidegate
            table inet tidegate {
              chain a {
              }
            }
            """);
    assertThat(
            table.replacingChains(
                "table inet tidegate {\n\tchain b {\n\t}\n}\n", "  chain a {\n  }\n"))
        .isEqualTo(
            """
            delete chain inet tidegate b
            table inet tidegate {
              chain a {
              }
            }
            """);
    assertThat(table.removing("a"))
        .isEqualTo("flush chain inet tidegate a\ndelete table inet tidegate\n");
    assertThat(table.filling("b", List.of("1", "2")))
        .isEqualTo("flush set inet tidegate b\nadd element inet tidegate b { 1, 2 }\n");
    assertThat(table.filling("b", List.of())).isEqualTo("flush set inet tidegate b\n");
  }

  @Test
  void removesWhatItAddedAndNothingElse() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      namespace.run("nft add table inet theirs");
      String before = namespace.run("nft list ruleset");
      NftTable table = tableIn(namespace);

      table.replace(FIRST);
      table.replace(SECOND);
      assertThat(namespace.run("nft list table inet tidegate"))
          .contains("udp dport 53 accept")
          .doesNotContain("tcp dport 80");
      assertThat(table.has("of_1")).isFalse();
      assertThat(table.has("of_2")).isTrue();

      table.remove();
      table.remove();
      assertThat(table.exists()).isFalse();
      assertThat(namespace.run("nft list ruleset")).isEqualTo(before);
    }
  }

  @Test
  void keepsWhatTheTableRemembers() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      NftTable table = tableIn(namespace);
      String memory = "  set seen {\n    type ipv4_addr\n    flags dynamic,timeout\n  }\n";

      table.replace(FIRST);
      table.replace(memory, FIRST);
      namespace.run("nft add element inet tidegate seen { 192.0.2.1 timeout 1h }");
      table.replace(memory, SECOND);

      assertThat(table.has("of_1")).isFalse();
      assertThat(table.has("of_2")).isTrue();
      assertThat(namespace.run("nft list set inet tidegate seen")).contains("192.0.2.1");
    }
  }

  @Test
  void leavesTheRulesOfASuccessorAlone() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      NftTable table = tableIn(namespace);
      table.replace(SECOND);

      assertThat(table.removeOf("of_1")).isFalse();
      assertThat(table.has("of_2")).isTrue();
      assertThat(table.removeOf("of_2")).isTrue();
      assertThat(table.removeOf("of_2")).isFalse();
      assertThat(table.exists()).isFalse();
    }
  }

  @Test
  void keepsTheLastRulesWhereNewOnesAreRefused() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      NftTable table = tableIn(namespace);
      table.replace(FIRST);

      assertThatThrownBy(() -> table.replace(chain("of_2", "tcp dport none-such accept")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("nft in " + namespace.path + ": exit code 1: ")
          .hasMessageContaining("none-such");
      assertThat(table.has("of_1")).isTrue();
    }
  }

  @Test
  void checksRulesWithoutPuttingThemInForce() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      NftTable table = tableIn(namespace);

      table.check(FIRST);

      assertThat(table.exists()).isFalse();
      assertThatThrownBy(() -> table.check("nonsense\n")).isInstanceOf(IOException.class);
    }
  }

  private static NftTable tableIn(TestNamespace namespace) {
    return new NftTable(namespace.program("nft"), "tidegate");
  }

  private static String chain(String name, String rule) {
    return """
      chain %s {
        type filter hook prerouting priority -140; policy accept;
        %s
      }
    """
        .formatted(name, rule);
  }
}
