package io.tidegate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.linux.TestNamespace;
import io.tidegate.agent.linux.WayBack;
import io.tidegate.agent.source.NodeNetworks;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.proxy.Transparency;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TransparencyKeeperTest {

  private static final Cidr BLOCK = Cidr.parse("172.18.0.0/16");
  private static final Topology ASKING =
      new Topology(
          List.of(
              new Service(
                  "s",
                  "web",
                  Policy.DEFAULT.withClientAddress(
                      ClientAddress.DEFAULT.withTold(ClientIp.TRANSPARENT)),
                  List.of(),
                  List.of())));

  private final BlockingQueue<Transparency> told = new LinkedBlockingQueue<>();
  private final AtomicLong imitations = new AtomicLong();
  private final Docker docker = new Docker();

  private static final class Docker implements TopologySource {

    volatile @Nullable IOException failure;

    @Override
    public void start(Consumer<Topology> sink) {
      throw new AssertionError("not in this test");
    }

    @Override
    public SourceStatus status() {
      return new SourceStatus("test", null, null, 0, 0);
    }

    @Override
    public NodeNetworks networks() throws IOException {
      IOException thrown = failure;
      if (thrown != null) {
        throw thrown;
      }
      return new NodeNetworks(List.of(BLOCK), false);
    }

    @Override
    public void close() {
      // nothing to close
    }
  }

  private TransparencyKeeper keeper(Path namespace, String owner) {
    return new TransparencyKeeper(
        new WayBack(namespace, owner), docker, told::add, imitations::get);
  }

  private static String rules(TestNamespace namespace) throws IOException {
    return namespace.run("nft list ruleset")
        + namespace.run("ip rule list")
        + namespace.run("ip route show table all");
  }

  private Transparency awaitTold() throws InterruptedException {
    Transparency next = told.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("the data path was told nothing");
    }
    return next;
  }

  @Test
  void keepsRulesForAsLongAsAServiceAsksOrASocketLivesOnThem() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      String before = rules(namespace);
      try (TransparencyKeeper keeper = keeper(namespace.path, "00000001")) {
        keeper.start(true);
        Consumer<Topology> topologies = keeper.ahead(_ -> {});
        topologies.accept(Topology.EMPTY);
        assertThat(keeper.status().isWanted()).isFalse();

        topologies.accept(ASKING);
        Transparency able = awaitTold();
        assertThat(able.obstacle()).isNull();
        assertThat(able.near()).contains(BLOCK, Cidr.parse("127.0.0.1"));
        assertThat(rules(namespace)).contains("tidegate_back", "0x7462", "29794");

        imitations.set(1);
        topologies.accept(Topology.EMPTY);
        namespace.run("nft delete table inet tidegate_back");
        topologies.accept(ASKING);
        awaitRules(namespace, true);

        topologies.accept(Topology.EMPTY);
        imitations.set(0);
        assertThat(awaitTold().obstacle()).isEqualTo("no service asks for it");
        awaitRules(namespace, false);
      }
      assertThat(rules(namespace)).isEqualTo(before);
    }
  }

  private static void awaitRules(TestNamespace namespace, boolean there) throws Exception {
    while (rules(namespace).contains("tidegate_back") != there
        || rules(namespace).contains("29794") != there) {
      Thread.onSpinWait();
    }
  }

  @Test
  void removesItsRulesAtTheEndButNotThoseOfTheAgentThatFollows() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      String before = rules(namespace);
      try (TransparencyKeeper next = keeper(namespace.path, "00000002")) {
        try (TransparencyKeeper first = keeper(namespace.path, "00000001")) {
          first.start(true);
          first.ahead(_ -> {}).accept(ASKING);
          awaitTold();
          next.start(false);
          next.ahead(_ -> {}).accept(ASKING);
          awaitTold();
        }
        assertThat(rules(namespace)).contains("owner_00000002", "29794").doesNotContain("00000001");
      }
      assertThat(rules(namespace)).isEqualTo(before);
    }
  }

  @Test
  void removesWhatAnAgentHasLeftThatWasKilled() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      String before = rules(namespace);
      new WayBack(namespace.path, "00000001").keep(true);
      try (TransparencyKeeper keeper = keeper(namespace.path, "00000002")) {
        keeper.start(true);
        awaitRules(namespace, false);
      }
      assertThat(rules(namespace)).isEqualTo(before);
      assertThat(namespace.run("ip -6 rule list")).doesNotContain("29794");
    }
  }

  @Test
  void saysWhyItIsNotPossibleAndGoesOnWithWhatItKnewLast() throws Exception {
    try (TestNamespace namespace = TestNamespace.add();
        TransparencyKeeper keeper = keeper(namespace.path, "00000001")) {
      docker.failure = new IOException("docker does not answer");
      keeper.start(true);
      keeper.ahead(_ -> {}).accept(ASKING);
      assertThat(awaitTold().obstacle()).isEqualTo("docker does not answer");
      assertThat(keeper.status().failures()).isPositive();

      docker.failure = null;
      assertThat(awaitTold().obstacle()).isNull();

      docker.failure = new IOException("docker does not answer");
      long failures = keeper.status().failures();
      while (keeper.status().failures() == failures) {
        Thread.onSpinWait();
      }
      assertThat(keeper.status().inForce().obstacle()).isNull();
    }
  }
}
