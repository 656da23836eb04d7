package io.tidegate.agent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.X509Bundle;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.TestPki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets no tunnel, and what does not end those that are there. */
@Timeout(60)
class TunnelRefusalTest {

  @TempDir private Path dir;
  private TunnelNodes nodes;

  @BeforeEach
  void open() throws Exception {
    nodes = new TunnelNodes(dir);
  }

  @AfterEach
  void close() throws Exception {
    nodes.close();
  }

  @Test
  void refusesACertificateThatAnotherRootHasSigned() throws Exception {
    refuses(new TestPki().issue(near()), Refusal.UNTRUSTED);
  }

  @Test
  void refusesACertificateThatSomebodyMadeUp() throws Exception {
    refuses(TestPki.selfSigned(near()), Refusal.SELF_SIGNED);
  }

  private void refuses(X509Bundle shown, Refusal reason) throws Exception {
    assertEnds(nodes.connect(nodes.entryOfStranger(shown)));
    await().until(() -> nodes.farRefusals.count(reason) == 1);
    assertOnly(nodes.farRefusals, reason);
    assertNobodyIsInside();
  }

  private static String near() {
    return TestPki.subject(TunnelNodes.NEAR, NodeRole.WORKER);
  }

  @Test
  void refusesANodeThatWasRemoved() throws Exception {
    nodes.members.remove(TunnelNodes.NEAR);
    assertEnds(nodes.connect(nodes.entry));
    await().until(() -> nodes.farRefusals.count(Refusal.NOT_A_MEMBER) == 1);
    assertNobodyIsInside();
  }

  @Test
  void takesNobodyElseForTheNodeThatWasAskedFor() throws Exception {
    assertEnds(nodes.connect(nodes.entryTo("worker3", nodes.door)));
    await().until(() -> nodes.nearRefusals.count(Refusal.NO_NODE) == 1);
    assertThat(nodes.near.status().out().failed()).isEqualTo(1);
  }

  @Test
  void refusesPlaintext() throws Exception {
    Socket stranger = nodes.connect(nodes.door);
    stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    assertEnds(stranger);
    await().until(() -> nodes.farRefusals.count(Refusal.PLAINTEXT) == 1);
    assertNobodyIsInside();
  }

  @Test
  void refusesGarbage() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      byte[] garbage = new byte[1 + random.nextInt(2_000)];
      random.nextBytes(garbage);
      Socket stranger = nodes.connect(nodes.door);
      stranger.getOutputStream().write(garbage);
      stranger.shutdownOutput();
      assertEnds(stranger);
    }
    await().until(() -> nodes.far.status().in().open() == 0);
    assertThat(nodes.farRefusals.total()).isGreaterThan(50);
    assertNobodyIsInside();
  }

  @Test
  void refusesAHandshakeWithoutACertificate() throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {nodes.check(nodes.nearIdentity).trustManager()}, null);
    Socket plain = nodes.connect(nodes.door);
    try (SSLSocket stranger =
        (SSLSocket) context.getSocketFactory().createSocket(plain, "far", 0, true)) {
      stranger.startHandshake();
      assertEnds(stranger);
    } catch (IOException e) {
      // whether it learns that within the handshake or behind it is all the same
    }
    await().until(() -> nodes.farRefusals.count(Refusal.NO_CERTIFICATE) == 1);
    assertNobodyIsInside();
  }

  @Test
  void endsWhoeverSaysNothing() throws Exception {
    assertEnds(nodes.connect(nodes.door));
    assertThat(nodes.farRefusals.total()).isZero();
    await().until(() -> nodes.far.status().in().open() == 0);
  }

  @Test
  void takesWhatWasCutOffForAReset() throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(
        new KeyManager[] {nodes.nearIdentity.keyManager()},
        new TrustManager[] {nodes.check(nodes.nearIdentity).trustManager()},
        null);
    Socket plain = nodes.connect(nodes.door);
    SSLSocket member = (SSLSocket) context.getSocketFactory().createSocket(plain, "far", 0, false);
    member.startHandshake();
    Socket task = nodes.accept();
    task.getOutputStream().write(1);
    assertThat(member.getInputStream().read()).isEqualTo(1);
    member.getOutputStream().write(7);
    assertThat(task.getInputStream().read()).isEqualTo(7);
    // Without the alert that ends what is said by TLS.
    plain.shutdownOutput();
    assertThatThrownBy(() -> task.getInputStream().read()).isInstanceOf(SocketException.class);
  }

  @Test
  void resetsWhoeverWantsANodeThatIsGone() throws Exception {
    InetSocketAddress gone;
    try (ServerSocket closed = new ServerSocket(0, 1, Tunnels.LOOPBACK)) {
      gone = new InetSocketAddress(Tunnels.LOOPBACK, closed.getLocalPort());
    }
    InetSocketAddress entry = nodes.entryTo("worker3", gone);
    assertEnds(nodes.connect(entry));
    assertThat(nodes.near.status().out().failed()).isEqualTo(1);
    // It comes back somewhere else.
    nodes.members.add("worker3");
    assertThat(nodes.entryTo(TunnelNodes.FAR, nodes.door)).isEqualTo(nodes.entry);
    assertThat(nodes.entryTo("worker3", nodes.door)).isEqualTo(entry);
  }

  @Test
  void resetsWhoeverComesWhereTheDataPathDoesNotListen() throws Exception {
    nodes.inside.close();
    assertEnds(nodes.connect(nodes.entry));
    await().until(() -> nodes.far.status().in().failed() == 1);
    await().until(() -> nodes.near.status().out().open() == 0);
  }

  @Test
  void showsARenewedCertificateAndKeepsWhatIsThere() throws Exception {
    TunnelNodes.Ends before = nodes.tunnel(nodes.entry);
    nodes.renew(nodes.nearIdentity);
    nodes.renew(nodes.farIdentity);
    assertPasses(nodes.tunnel(nodes.entry));
    assertPasses(before);
  }

  @Test
  void keepsWhatIsThereWhenItListensNoMore() throws Exception {
    TunnelNodes.Ends before = nodes.tunnel(nodes.entry);
    nodes.far.stopListening();
    assertEnds(nodes.connect(nodes.entry));
    assertPasses(before);
    assertThat(nodes.far.listen(nodes.door)).isEqualTo(nodes.door);
    assertPasses(nodes.tunnel(nodes.entry));
  }

  @Test
  void saysWhyItCannotListen() throws Exception {
    assertThat(nodes.near.listen(nodes.door)).isNull();
    assertThat(nodes.near.status().error()).contains(String.valueOf(nodes.door.getPort()));
    nodes.far.stopListening();
    assertThat(nodes.near.listen(nodes.door)).isEqualTo(nodes.door);
    assertThat(nodes.near.status().error()).isNull();
  }

  private static void assertPasses(TunnelNodes.Ends tunnel) throws IOException {
    tunnel.client().getOutputStream().write(5);
    assertThat(tunnel.task().getInputStream().read()).isEqualTo(5);
    tunnel.task().getOutputStream().write(6);
    assertThat(tunnel.client().getInputStream().read()).isEqualTo(6);
  }

  /** Nothing is heard but an end, or a reset. */
  private static void assertEnds(Socket socket) {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (IOException e) {
      assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
    }
  }

  private void assertNobodyIsInside() {
    assertThat(nodes.far.status().in().opened()).isZero();
  }

  private static void assertOnly(Refusals refusals, Refusal reason) {
    assertThat(
            Arrays.stream(Refusal.values())
                .filter(refusal -> refusal != reason)
                .mapToLong(refusals::count)
                .sum())
        .isZero();
  }
}
