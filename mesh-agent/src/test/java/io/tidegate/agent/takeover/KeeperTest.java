package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.proxy.Foothold;
import io.tidegate.proxy.Placement;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the keeper does with each look; its thread is not started here. */
class KeeperTest {

  private static final PublishedPort WEB = PublishedPort.tcp(8080);

  private final FakeNode node = new FakeNode();
  private final List<Placement> placements = new ArrayList<>();
  private RoutingTable table = RoutingTable.EMPTY;
  private final Map<PublishedPort, Route> routes = new TreeMap<>();

  /** A node whose mesh and tools are as a test has them. */
  private static final class FakeNode implements Surroundings, Rules {

    Ipvs.State ipvs = Ipvs.State.PRESENT;
    String identity = "4:100";
    @Nullable String noSandbox;
    @Nullable String noRules;
    @Nullable String refusal;
    String inForce = "";
    int replacements;

    @Override
    public Ipvs ipvs() {
      return new Ipvs(ipvs, "by the test");
    }

    @Override
    public String identity() throws IOException {
      failIf(noSandbox);
      return identity;
    }

    @Override
    public Foothold foothold() throws IOException {
      return new Foothold("/ns", identity(), Inet4Address.ofLiteral("172.18.0.2"));
    }

    @Override
    public Rules rules(Foothold foothold) throws IOException {
      failIf(noRules);
      return this;
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

  private Keeper keeper(TakeoverConfig.Mode mode) {
    return new Keeper(
        new TakeoverConfig(mode, TakeoverConfig.USUAL_MARK),
        node,
        () -> table,
        placement -> {
          placements.add(placement);
          return 40_000 + placements.size();
        });
  }

  private Keeper begun(TakeoverConfig.Mode mode) {
    Keeper keeper = keeper(mode);
    keeper.look();
    keeper.allowRules();
    keeper.look();
    return keeper;
  }

  private void publish(PublishedPort port, Publication.Means means) {
    routes.put(
        port, new Route(port, "s", "web", Policy.DEFAULT, List.of(), List.of(), List.of(), means));
    table = new RoutingTable(table.version() + 1, routes);
  }

  @Test
  void takesThePortsThatDockerPublishesAndNoOthers() {
    publish(WEB, Publication.Means.DOCKER);
    publish(PublishedPort.tcp(9090), Publication.Means.LABEL);

    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);

    assertThat(placements).singleElement().isInstanceOf(Placement.Inside.class);
    assertThat(node.inForce).contains("chain port_40001 ", "tcp dport { 8080 }");
    assertThat(keeper.status().ports()).containsExactly(WEB);
    assertThat(keeper.status().mode()).isEqualTo(TakeoverStatus.Mode.TAKEOVER);
    assertThat(keeper.status().objectionTo(WEB)).isNull();
  }

  @Test
  void writesNoRuleBeforeItMay() {
    publish(WEB, Publication.Means.DOCKER);
    Keeper keeper = keeper(TakeoverConfig.Mode.TAKEOVER);

    keeper.look();

    assertThat(placements).hasSize(1);
    assertThat(node.inForce).isEmpty();
    assertThat(keeper.status().objectionTo(WEB)).isEqualTo("not taken over: not yet in the rules");
  }

  @Test
  void servesHereWhereDockersMeshCannotWork() {
    node.ipvs = Ipvs.State.ABSENT;

    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);

    assertThat(placements).containsExactly(new Placement.Host());
    assertThat(keeper.status().mode()).isEqualTo(TakeoverStatus.Mode.HOST);
    assertThat(keeper.status().why()).isEqualTo("Docker's mesh cannot work here: by the test");
    assertThat(keeper.status().failures()).isZero();
    assertThatThrownBy(() -> keeper.release(true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no ports are taken over: Docker's mesh cannot work here");

    node.ipvs = Ipvs.State.PRESENT;
    keeper.look();
    assertThat(placements.getLast()).isInstanceOf(Placement.Inside.class);
  }

  @Test
  void servesHereWhereTheMeansAreMissingAndSaysWhy() {
    node.noRules = "CAP_NET_ADMIN is missing, for packet rules";

    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);

    assertThat(placements).containsExactly(new Placement.Host());
    assertThat(keeper.status().why()).isEqualTo(node.noRules);
    assertThat(keeper.status().error()).isEqualTo(node.noRules);
    assertThat(keeper.status().failures()).isEqualTo(2);

    node.noRules = null;
    assertThat(keeper.look()).isTrue();
    assertThat(keeper.status().foothold()).isEqualTo("172.18.0.2 in /ns");
  }

  @Test
  void leavesPortsToDockerWhereOnlyATakeoverIsWantedAndIsNotPossible() {
    node.refusal = "nft: no tproxy";

    begun(TakeoverConfig.Mode.TAKEOVER);

    assertThat(placements).containsExactly(new Placement.Nowhere("not taken over: nft: no tproxy"));
  }

  @Test
  void writesRulesOnlyWhenTheyChangeOrAreGone() {
    publish(WEB, Publication.Means.DOCKER);
    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);
    for (int i = 0; i < 20; i++) {
      keeper.look();
    }
    assertThat(node.replacements).isEqualTo(1);

    node.inForce = "";
    for (int i = 0; i < 5; i++) {
      keeper.look();
    }
    assertThat(node.replacements).isEqualTo(2);

    publish(PublishedPort.tcp(443), Publication.Means.DOCKER);
    keeper.look();
    assertThat(node.inForce).contains("{ 443, 8080 }");
  }

  @Test
  void keepsTheLastRulesWhereNewOnesAreRefused() {
    publish(WEB, Publication.Means.DOCKER);
    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);
    node.refusal = "nft: out of memory";
    publish(PublishedPort.tcp(443), Publication.Means.DOCKER);

    assertThat(keeper.look()).isFalse();

    assertThat(keeper.status().ports()).containsExactly(WEB);
    assertThat(keeper.status().objectionTo(PublishedPort.tcp(443)))
        .isEqualTo("not taken over: nft: out of memory");
    assertThat(keeper.status().objectionTo(WEB)).isNull();
    assertThat(placements).hasSize(1);
  }

  @Test
  void settlesAnewInAnotherNamespaceAndWaitsWhileThereIsNone() {
    publish(WEB, Publication.Means.DOCKER);
    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);
    node.noSandbox = "/ns does not exist";
    keeper.look();
    assertThat(placements).hasSize(1);
    assertThat(keeper.status().error()).isEqualTo("/ns does not exist");

    node.noSandbox = null;
    node.identity = "4:200";
    node.inForce = "";
    keeper.look();

    assertThat(placements).hasSize(2);
    assertThat(node.inForce).contains("chain port_40002 ", "{ 8080 }");
    assertThat(keeper.status().error()).isNull();
  }

  @Test
  void releasesUntilItIsToldOtherwise() throws IOException {
    publish(WEB, Publication.Means.DOCKER);
    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);

    keeper.release(true);
    publish(PublishedPort.tcp(443), Publication.Means.DOCKER);
    keeper.look();

    assertThat(node.inForce).contains("ct mark").doesNotContain("dport");
    assertThat(keeper.status().ports()).isEmpty();
    assertThat(keeper.status().objectionTo(WEB)).isNull();

    keeper.release(false);
    assertThat(keeper.status().ports()).hasSize(2);
  }

  @Test
  void removesItsOwnRulesAtTheEndAndNoneOfAnotherAgents() {
    publish(WEB, Publication.Means.DOCKER);
    Keeper keeper = begun(TakeoverConfig.Mode.AUTO);
    keeper.cease();
    node.inForce = "chain port_50000 { }";

    keeper.look();
    keeper.close();

    assertThat(node.inForce).isEqualTo("chain port_50000 { }");
    assertThatThrownBy(() -> keeper.release(true)).hasMessageContaining("another agent's");

    Keeper other = begun(TakeoverConfig.Mode.AUTO);
    other.close();
    assertThat(node.inForce).isEmpty();
  }

  @Test
  void forecastsWithoutChangingAnything() {
    TakeoverConfig auto = TakeoverConfig.USUAL;
    assertThat(Forecast.of(auto, node).isPossible()).isTrue();
    node.refusal = "nft: no tproxy";
    assertThat(Forecast.of(auto, node)).isEqualTo(new Forecast(false, node.refusal, node.refusal));
    node.ipvs = Ipvs.State.ABSENT;
    assertThat(Forecast.of(auto, node).obstacle()).isNull();
    assertThat(Forecast.of(TakeoverConfig.NONE, node).obstacle()).isNull();
    assertThat(node.replacements).isZero();
    assertThat(Set.copyOf(placements)).isEmpty();
  }

  @Test
  void refusesDockersOwnMarks() {
    assertThatThrownBy(() -> new TakeoverConfig(TakeoverConfig.Mode.AUTO, 0x101))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "takeoverMark: 0x101 (expected: not 0, and not 0x100 to 0x1fff, which are Docker's)");
  }
}
