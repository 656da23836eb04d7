package io.tidegate.agent.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.Labels;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Policy;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Ranges of ports with real rules and sockets: an agent and its tasks in one namespace, clients in
 * another.
 */
@Timeout(120)
class RangesTest {

  private static final String NODE = RangesFixture.NODE;
  private static final String NODE_IPV6 = RangesFixture.NODE_IPV6;
  private static final String TASK = RangesFixture.TASK;
  private static final int[] ASKED = {10_000, 15_555, 20_000};
  private static final String[] NAMES = {"a", "b", "c"};

  @RegisterExtension final RangesFixture net = new RangesFixture();

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  void leadsEachPortOfARangeToOneOfItsOwn() throws Exception {
    for (int i = 0; i < ASKED.length; i++) {
      net.task(NAMES[i], TASK, ASKED[i] + 10_000);
    }
    RangesAgent agent = net.agent().begin("10000-20000:20000-30000", "10000-20000:20000-30000/udp");

    assertThat(agent.mesh.table().routes()).hasSize(2);
    assertThat(agent.listeners()).allMatch(ListenerStatus::isBound);
    for (String host : List.of(NODE, NODE_IPV6)) {
      try (DatagramSocket client = net.datagrams()) {
        for (int i = 0; i < ASKED.length; i++) {
          assertThat(net.asked(host, ASKED[i])).isEqualTo(NAMES[i]);
          assertThat(RangesFixture.asked(client, host, ASKED[i])).isEqualTo(NAMES[i] + "?");
          assertThat(RangesFixture.asked(client, host, ASKED[i])).isEqualTo(NAMES[i] + "?");
        }
      }
    }
    assertThatThrownBy(() -> net.connect(NODE, 9_999)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> net.connect(NODE, 20_001)).isInstanceOf(ConnectException.class);
  }

  @Test
  void leadsAllPortsOfARangeToOne() throws Exception {
    net.task("a", TASK, 7_000);
    net.agent().begin("10000-20000:7000", "10000-20000:7000/udp");

    try (DatagramSocket client = net.datagrams()) {
      for (int port : ASKED) {
        for (String host : List.of(NODE, RangesFixture.NODE_TOO, NODE_IPV6)) {
          assertThat(net.asked(host, port)).isEqualTo("a");
          assertThat(RangesFixture.asked(client, host, port)).isEqualTo("a?");
        }
      }
    }
  }

  @Test
  void servesClientsOfTheNodeItself() throws Exception {
    net.task("a", TASK, 7_000);
    net.agent().begin("10000-20000:7000", "10000-20000:7000/udp");
    net.moveClientsInside();

    try (DatagramSocket client = net.datagrams()) {
      for (String host : List.of("127.0.0.1", NODE, "::1")) {
        assertThat(net.asked(host, 12_345)).isEqualTo("a");
        assertThat(RangesFixture.asked(client, host, 12_345)).isEqualTo("a?");
      }
    }
  }

  @Test
  void costsOneSocketPerShardProtocolAndFamily() throws Exception {
    net.task("a", TASK, 7_000);
    RangesAgent agent = net.agent().begin("10000-10001:7000", "10000-10001:7000/udp");
    long before = descriptors();

    agent.begin("10000-20000:7000", "10000-20000:7000/udp");

    assertThat(descriptors() - before).isLessThan(10);
    for (String loopback : List.of("127.0.0.1", "[::1]")) {
      assertThat(net.node().run("ss -Hltn src " + loopback).lines()).hasSize(RangesAgent.SHARDS);
      assertThat(net.node().run("ss -Hlun src " + loopback).lines()).hasSize(RangesAgent.SHARDS);
    }
  }

  @Test
  void leavesPortsToTheProgramsThatHaveThem() throws Exception {
    net.task("a", TASK, 7_000);
    net.task("p", NODE, 15_000);
    net.agent().begin("10000-20000:7000", "10000-20000:7000/udp");

    try (DatagramSocket client = net.datagrams()) {
      assertThat(net.asked(NODE, 15_000)).isEqualTo("p");
      assertThat(RangesFixture.asked(client, NODE, 15_000)).isEqualTo("p?");
      // Of another address it has nothing.
      assertThat(net.asked(RangesFixture.NODE_TOO, 15_000)).isEqualTo("a");
      assertThat(RangesFixture.asked(client, RangesFixture.NODE_TOO, 15_000)).isEqualTo("a?");
    }
  }

  @Test
  void leavesRulesAndRoutesAsTheyWere() throws Exception {
    net.task("a", TASK, 7_000);
    String before = net.rules();
    RangesAgent agent = net.agent().begin("10000-20000:7000");
    assertThat(net.rules()).isNotEqualTo(before);

    agent.publish();
    await().until(() -> net.rules().equals(before));
    assertThatThrownBy(() -> net.connect(NODE, 10_000)).isInstanceOf(ConnectException.class);

    agent.begin("10000-20000:7000");
    assertThat(net.asked(NODE, 10_000)).isEqualTo("a");
    agent.close();
    assertThat(net.rules()).isEqualTo(before);
  }

  @Test
  void refusesClientsWhereAnAgentWasKilledUntilOneIsBack() throws Exception {
    net.task("a", TASK, 7_000);
    net.agent().begin("10000-20000:7000").kill();

    assertThatThrownBy(() -> net.connect(NODE, 10_000)).isInstanceOf(ConnectException.class);

    net.agent().begin("10000-20000:7000");
    assertThat(net.asked(NODE, 10_000)).isEqualTo("a");
  }

  @Test
  void givesNewClientsToTheAgentThatFollowsWhileOldOnesFinish() throws Exception {
    net.task("a", TASK, 7_000);
    RangesAgent first = net.agent().begin("10000-20000:7000", "10000-20000:7000/udp");
    try (Socket old = net.connect(NODE, 11_111);
        DatagramSocket client = net.datagrams()) {
      assertThat(old.getInputStream().read()).isEqualTo('a');
      first.keeper.cease();
      first.mesh.stopListening();
      // Still its own until the other's rules are in force.
      assertThat(net.asked(NODE, 10_000)).isEqualTo("a");
      assertThat(RangesFixture.asked(client, NODE, 10_000)).isEqualTo("a?");

      net.agent().begin("10000-20000:7000", "10000-20000:7000/udp");
      Clients.assertExact(old, 1 << 20);
      assertThat(RangesFixture.asked(client, NODE, 10_000)).isEqualTo("a?");
      old.shutdownOutput();
      assertThat(old.getInputStream().read()).isEqualTo(-1);
      assertThat(first.mesh.drain(Duration.ofSeconds(10))).isTrue();
      first.close();

      assertThat(net.asked(NODE, 10_000)).isEqualTo("a");
      assertThat(RangesFixture.asked(client, NODE, 10_000)).isEqualTo("a?");
    }
  }

  @Test
  void bringsClientsHereWithinAMomentAfterTheTable() throws Exception {
    RangesAgent agent = net.agent().begin("10000-20000:7000/udp");
    List<Long> tookMillis = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      PublishedPort port = PublishedPort.parse("10000-%d/udp".formatted(20_001 + i));
      agent.publish(port.numbers() + ":7000/udp");
      spinUntil(() -> agent.mesh.table().routes().containsKey(port));
      long startNanos = System.nanoTime();
      spinUntil(() -> agent.keeper.status().ports().contains(port));
      tookMillis.add((System.nanoTime() - startNanos) / 1_000_000);
    }
    assertThat(tookMillis).as("milliseconds").anyMatch(took -> took < 50);
  }

  private static void spinUntil(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void servesARangeOnlyAtTheAddressesThatItsServiceWants() throws Exception {
    net.task("a", TASK, 7_000);
    RangesAgent agent = net.agent().begin("10000-20000:7000");
    Policy bound =
        Objects.requireNonNull(Labels.named("tidegate.bind"))
            .parse(Declared.NOTHING, "127.0.0.0/8")
            .policy();
    agent.publish(bound, "10000-20000:7000");

    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> net.connect(NODE, 10_000))
                    .isInstanceOf(ConnectException.class));
    assertThat(net.node().run("nft list table inet tidegate_ranges"))
        .contains("ip daddr 127.0.0.1");
  }
}
