package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the keeper of ranges does with each look; its thread is not started here. */
class RangeKeeperTest {

  private static final PublishedPort MEDIA = PublishedPort.parse("10000-20000/udp");

  private final FakeNode node = new FakeNode();
  private final Map<PublishedPort, Route> routes = new TreeMap<>();
  private RoutingTable table = RoutingTable.EMPTY;

  /** A node whose tools are as a test has them, and the data path. */
  private final class FakeNode implements RangeSite, RangeTable {

    final List<String> told = new ArrayList<>();
    @Nullable String noRules;
    @Nullable String refusal;
    String inForce = "";
    int replacements;

    @Override
    public RangeTable rules() throws IOException {
      failIf(noRules);
      return this;
    }

    @Override
    public int gather() {
      told.add("gather");
      return 40_000 + told.size();
    }

    @Override
    public void refuse(String why) {
      told.add(why);
    }

    @Override
    public List<ListenerStatus> listeners() {
      InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("::"), MEDIA.number());
      return routes.keySet().stream()
          .map(port -> new ListenerStatus(port, 2, 2, null, List.of(any), false, false))
          .toList();
    }

    @Override
    public void check(String chains) throws IOException {
      failIf(refusal);
    }

    @Override
    public void replace(String chains) throws IOException {
      failIf(refusal);
      inForce = chains;
      replacements++;
    }

    @Override
    public boolean has(String chain) {
      return inForce.contains("chain " + chain + " ");
    }

    @Override
    public void removeOf(String chain) {
      if (has(chain)) {
        inForce = "";
      }
    }

    @Override
    public void clear() {
      inForce = "";
    }

    private static void failIf(@Nullable String why) throws IOException {
      if (why != null) {
        throw new IOException(why);
      }
    }
  }

  private RangeKeeper keeper() {
    return new RangeKeeper(() -> table, node, true);
  }

  private RangeKeeper begun() {
    RangeKeeper keeper = keeper();
    keeper.allowRules();
    keeper.look();
    return keeper;
  }

  private void publish(PublishedPort port) {
    routes.put(
        port,
        new Route(
            port,
            "s",
            "media",
            Policy.DEFAULT,
            List.of(),
            List.of(),
            List.of(),
            Publication.Means.LABEL));
    table = new RoutingTable(table.version() + 1, routes);
  }

  private void withdraw(PublishedPort port) {
    routes.remove(port);
    table = new RoutingTable(table.version() + 1, routes);
  }

  private ListenerStatus corrected(RangeKeeper keeper) {
    return keeper.status().correct(node.listeners().getFirst());
  }

  @Test
  void doesNothingWhileThereAreNoRanges() {
    publish(PublishedPort.tcp(8080));

    assertThat(begun().status()).isEqualTo(RangesStatus.NONE);

    assertThat(node.told).isEmpty();
    assertThat(node.replacements).isZero();
  }

  @Test
  void hasSocketsBeforeItMayWriteRules() {
    publish(MEDIA);
    RangeKeeper keeper = keeper();

    keeper.look();

    assertThat(node.told).containsExactly("gather");
    assertThat(node.inForce).isEmpty();
    assertThat(corrected(keeper).error()).isEqualTo("not served: not yet in the rules");

    keeper.allowRules();
    keeper.look();
    assertThat(node.inForce).contains("chain port_40001 ", "udp dport { 10000-20000 }");
    assertThat(corrected(keeper).isBound()).isTrue();
  }

  @Test
  void refusesRangesWhereTheMeansAreMissingAndServesThemWhenTheyAreThere() {
    publish(MEDIA);
    node.noRules = "CAP_NET_ADMIN is missing, for packet rules";

    RangeKeeper keeper = begun();

    assertThat(node.told).containsExactly("not served: " + node.noRules);
    assertThat(keeper.status()).isEqualTo(new RangesStatus(Set.of(), 1, node.noRules));

    node.noRules = null;
    assertThat(keeper.look()).isTrue();
    assertThat(keeper.status().ports()).containsExactly(MEDIA);
  }

  @Test
  void writesRulesOnlyWhenTheyChangeOrAreGone() {
    publish(MEDIA);
    RangeKeeper keeper = begun();
    for (int i = 0; i < 20; i++) {
      keeper.look();
    }
    assertThat(node.replacements).isEqualTo(1);

    node.inForce = "";
    for (int i = 0; i < 5; i++) {
      keeper.look();
    }
    assertThat(node.replacements).isEqualTo(2);
  }

  @Test
  void keepsTheLastRulesWhereNewOnesAreRefused() {
    publish(MEDIA);
    RangeKeeper keeper = begun();
    node.refusal = "nft: out of memory";
    publish(PublishedPort.parse("1-2/tcp"));

    assertThat(keeper.look()).isFalse();

    assertThat(keeper.status().ports()).containsExactly(MEDIA);
    assertThat(corrected(keeper).error()).isEqualTo("not served: nft: out of memory");
    assertThat(node.told).containsExactly("gather");
  }

  @Test
  void removesItsRulesWithTheLastRangeAndPutsThemBackWithTheNext() {
    publish(MEDIA);
    RangeKeeper keeper = begun();
    withdraw(MEDIA);

    keeper.look();
    assertThat(node.inForce).isEmpty();
    assertThat(keeper.status()).isEqualTo(RangesStatus.NONE);

    publish(MEDIA);
    keeper.look();
    assertThat(node.inForce).isNotEmpty();
    assertThat(node.told).containsExactly("gather");
  }

  @Test
  void leavesTheRulesOfTheAgentThatFollowsAlone() {
    publish(MEDIA);
    RangeKeeper keeper = begun();
    keeper.cease();
    node.inForce = "chain port_50000 { }";

    keeper.look();
    keeper.close();

    assertThat(node.inForce).isEqualTo("chain port_50000 { }");
  }
}
