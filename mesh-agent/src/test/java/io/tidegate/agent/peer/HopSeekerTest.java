package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HopSeekerTest {

  private static final InetSocketAddress HOPS = PeerNodes.loopback(9_182);

  @TempDir private Path dir;
  private PeerNodes nodes;
  private volatile Map<String, HopTerms> known = Map.of();

  @BeforeEach
  void open() {
    nodes = new PeerNodes(dir);
  }

  @AfterEach
  void close() throws Exception {
    nodes.close();
  }

  @Test
  void hearsWhereAnotherNodeTakesItsClients() throws Exception {
    PeerServer server = nodes.publisher("worker2");
    server.takeClients(HopSeekerTest::terms);
    seek("worker1", "worker2", server);
    await().until(() -> known.equals(Map.of("worker2", terms("worker1"))));
  }

  @Test
  void hearsWhenThatChangesAndWhenItEnds() throws Exception {
    PeerServer server = nodes.publisher("worker2");
    seek("worker1", "worker2", server);
    server.takeClients(HopSeekerTest::terms);
    await().until(() -> !known.isEmpty());
    HopTerms moved = new HopTerms(PeerNodes.loopback(9_184), null, new byte[HopTerms.KEY_BYTES]);
    server.takeClients(_ -> moved);
    await().until(() -> known.equals(Map.of("worker2", moved)));
    server.takeClients(_ -> null);
    await().until(() -> known.isEmpty());
  }

  @Test
  void keepsWhatWasSaidWhileTheOtherAgentIsReplaced() throws Exception {
    LiveIdentity identity = nodes.identity("worker2");
    PeerServer first = nodes.publisher(identity, PeerNodes.LIMITS, 1_000);
    first.takeClients(HopSeekerTest::terms);
    seek("worker1", "worker2", first);
    await().until(() -> !known.isEmpty());
    int port = first.port();
    first.close();
    PeerServer second = nodes.publisher(identity, PeerNodes.LIMITS, 2_000, port);
    HopTerms moved = new HopTerms(PeerNodes.loopback(9_184), null, new byte[HopTerms.KEY_BYTES]);
    second.takeClients(_ -> moved);
    await()
        .until(
            () -> {
              assertThat(known).containsKey("worker2");
              return known.containsValue(moved);
            });
  }

  @Test
  void hearsOfANodeThatTakesThemByTlsAlone() throws Exception {
    HopTerms alone = new HopTerms(null, PeerNodes.loopback(9_183), new byte[HopTerms.KEY_BYTES]);
    PeerServer server = nodes.publisher("worker2");
    server.takeClients(_ -> alone);
    seek("worker1", "worker2", server);
    await().until(() -> known.equals(Map.of("worker2", alone)));
  }

  @Test
  void forgetsWhoIsNotSoughtAnyMore() throws Exception {
    PeerServer server = nodes.publisher("worker2");
    server.takeClients(HopSeekerTest::terms);
    HopSeeker seeker = seek("worker1", "worker2", server);
    await().until(() -> !known.isEmpty());
    seeker.seek(Map.of());
    await().until(() -> known.isEmpty());
  }

  @Test
  void takesNoTermsOfAnotherNodeAtTheAddress() throws Exception {
    PeerServer server = nodes.publisher("worker2");
    server.takeClients(HopSeekerTest::terms);
    seek("worker1", "manager2", server);
    await().until(() -> nodes.subscriberRefusals.total() > 0);
    assertThat(known).isEmpty();
  }

  @Test
  void tellsNobodyWhoIsNoMember() throws Exception {
    PeerServer server = nodes.publisher("worker2");
    server.takeClients(HopSeekerTest::terms);
    nodes.members.remove("worker1");
    seek("worker1", "worker2", server);
    await().until(() -> nodes.publisherRefusals.total() > 0);
    assertThat(known).isEmpty();
  }

  @Test
  void refusesTermsThatMakeNoSense() {
    for (PeerProtocol.HopTerms wrong :
        new PeerProtocol.HopTerms[] {
          PeerProtocol.HopTerms.newBuilder().setAddress("example.com").setPort(1).build(),
          PeerProtocol.HopTerms.newBuilder()
              .setAddress("10.0.0.3")
              .setPort(70_000)
              .setKey(ByteString.copyFrom(new byte[HopTerms.KEY_BYTES]))
              .build(),
          PeerProtocol.HopTerms.newBuilder()
              .setTlsPort(-1)
              .setKey(ByteString.copyFrom(new byte[HopTerms.KEY_BYTES]))
              .build(),
          PeerProtocol.HopTerms.newBuilder()
              .setAddress("example.com")
              .setPort(1)
              .setKey(ByteString.copyFrom(new byte[HopTerms.KEY_BYTES]))
              .build(),
          PeerProtocol.HopTerms.newBuilder().setAddress("10.0.0.3").setPort(9_182).build()
        }) {
      assertThatThrownBy(() -> HopTerms.read(wrong.toByteArray(), HOPS.getAddress()))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("hop terms");
    }
    assertThatThrownBy(() -> HopTerms.read(new byte[] {1, 2, 3}, HOPS.getAddress()))
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.MALFORMED));
  }

  @Test
  void showsNoKey() {
    assertThat(terms("worker1").toString()).doesNotContain("worker1");
  }

  /** Each node gets another key. */
  private static HopTerms terms(String nodeId) {
    return new HopTerms(
        HOPS,
        PeerNodes.loopback(9_183),
        Arrays.copyOf(nodeId.getBytes(StandardCharsets.UTF_8), HopTerms.KEY_BYTES));
  }

  private HopSeeker seek(String seekerId, String soughtId, PeerServer server) throws Exception {
    HopSeeker seeker = nodes.seeker(seekerId, next -> known = next);
    seeker.seek(Map.of(soughtId, PeerNodes.loopback(server.port())));
    return seeker;
  }
}
