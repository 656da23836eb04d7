package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.pkitesting.X509Bundle;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.TestPki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReportTest {

  private static final List<TaskMark> DIED =
      List.of(new TaskMark("task0a", TaskMark.Kind.DIED, 1_700_000_000_000_000_001L));

  /** Longer than any manager here takes, whatever else this machine does. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path dir;
  private PeerNodes nodes;

  @BeforeEach
  void open() {
    nodes = new PeerNodes(dir);
  }

  @AfterEach
  void close() throws Exception {
    nodes.close();
  }

  @Test
  void aReportWithTheLongestNamesIsNotTooLarge() {
    TaskMark longest =
        new TaskMark(
            "t".repeat(Fields.MAX_ID_CHARS),
            TaskMark.Kind.EJECTED,
            Long.MAX_VALUE,
            "n".repeat(Fields.MAX_ID_CHARS),
            65_535,
            Duration.ofMinutes(10).toNanos());

    assertThat(Marks.chunks(Collections.nCopies(1_000, longest)))
        .allSatisfy(
            some ->
                assertThat(Marks.writeReport(some).length)
                    .isLessThanOrEqualTo(PeerServer.MAX_REQUEST_BYTES));
  }

  @Test
  void aReportReachesAllManagersWithTheReportersName() throws Exception {
    PeerServer one = nodes.publisher("manager1");
    PeerServer two = nodes.publisher("manager2");
    PeerServer worker = nodes.publisher("worker2");
    Reporter reporter = reporter(PeerNodes.addresses(one.port(), two.port()), many(worker));

    reporter.report(DIED);

    await().until(() -> reporter.successes() == 2);
    NodeName name = new NodeName("worker1", NodeRole.WORKER, TestPki.CLUSTER);
    assertThat(nodes.reports)
        .containsExactlyInAnyOrder(
            new PeerNodes.Reported("manager1", name, DIED),
            new PeerNodes.Reported("manager2", name, DIED));
    assertThat(reporter.failures()).isZero();
  }

  @Test
  void fewOthersAreToldAlongWithTheManagers() throws Exception {
    ServerSocket silent =
        nodes.closing(new ServerSocket(0, 10, PeerNodes.loopback(0).getAddress()));
    PeerServer manager = nodes.publisher("manager1");
    PeerServer worker = nodes.publisher("worker2");
    Reporter reporter =
        reporter(PeerNodes.addresses(silent.getLocalPort(), manager.port()), worker.port());

    reporter.report(DIED);

    await().until(() -> reporter.successes() == 2);
    assertThat(servers()).containsExactlyInAnyOrder("manager1", "worker2");
  }

  @Test
  void withoutAManagerTheOthersAreToldAtOnce() throws Exception {
    PeerServer worker = nodes.publisher("worker2");
    Reporter reporter = reporter(List.of(), worker.port());

    reporter.report(DIED);

    await().until(() -> reporter.successes() == 1);
    assertThat(servers()).containsExactly("worker2");
  }

  @Test
  void whereAllManagersFailTheOthersAreTold() throws Exception {
    PeerServer worker = nodes.publisher("worker2");
    Reporter reporter = reporter(PeerNodes.addresses(closedPort(), closedPort()), worker.port());

    reporter.report(DIED);

    await().until(() -> reporter.successes() == 1);
    assertThat(servers()).containsExactly("worker2");
    assertThat(reporter.failures()).isEqualTo(2);
  }

  @Test
  void oneManagerThatFailsIsNoReasonToTellTheOthers() throws Exception {
    PeerServer manager = nodes.publisher("manager1");
    PeerServer worker = nodes.publisher("worker2");
    Reporter reporter = reporter(PeerNodes.addresses(closedPort(), manager.port()), many(worker));
    reporter.warm();

    for (int i = 1; i <= 5; i++) {
      long reports = i;
      reporter.report(DIED);
      await().until(() -> reporter.successes() >= reports);
    }

    await().until(() -> reporter.failures() == 5);
    assertThat(servers()).contains("manager1");
  }

  /** The middle one of several: other work on this machine must not decide. */
  @Test
  void whereManagersAreSilentTheOthersAreToldWithin200Ms() throws Exception {
    ServerSocket silent =
        nodes.closing(new ServerSocket(0, 10, PeerNodes.loopback(0).getAddress()));
    PeerServer worker = nodes.publisher("worker2");
    LiveIdentity identity = nodes.identity("worker1");
    List<Long> tookMillis = new ArrayList<>();

    for (int i = 1; i <= 7; i++) {
      Reporter reporter =
          nodes.reporter(
              identity,
              Reporter.PATIENCE,
              PeerNodes.addresses(silent.getLocalPort()),
              many(worker));
      reporter.warm();
      int reports = i;
      long startNanos = System.nanoTime();
      reporter.report(DIED);
      await().pollInterval(Duration.ofMillis(1)).until(() -> nodes.reports.size() == reports);
      tookMillis.add((System.nanoTime() - startNanos) / 1_000_000);
    }

    Collections.sort(tookMillis);
    assertThat(tookMillis.getFirst()).isGreaterThanOrEqualTo(49);
    assertThat(tookMillis.get(3)).isLessThan(200);
  }

  @Test
  void aSilentManagerIsGivenUpAfterTwoSeconds() throws Exception {
    ServerSocket silent =
        nodes.closing(new ServerSocket(0, 10, PeerNodes.loopback(0).getAddress()));
    Reporter reporter = reporter(PeerNodes.addresses(silent.getLocalPort()));

    long startNanos = System.nanoTime();
    reporter.report(DIED);

    await().until(() -> reporter.failures() == 1);
    assertThat((System.nanoTime() - startNanos) / 1_000_000).isBetween(1_900L, 4_000L);
  }

  @Test
  void aManagerThatCameBackIsToldByTheNextReport() throws Exception {
    LiveIdentity manager = nodes.identity("manager1");
    PeerServer before = nodes.publisher(manager, PeerNodes.LIMITS, 1_000);
    int port = before.port();
    Reporter reporter = reporter(PeerNodes.addresses(port));
    reporter.report(DIED);
    await().until(() -> reporter.successes() == 1);
    before.close();
    reporter.report(DIED);
    await().until(() -> reporter.failures() == 1);

    nodes.publisher(manager, PeerNodes.LIMITS, 2_000, port);
    reporter.report(DIED);

    await().until(() -> reporter.successes() == 2);
  }

  @Test
  void manyMarksAreToldInSeveralReports() throws Exception {
    PeerServer manager = nodes.publisher("manager1");
    Reporter reporter = reporter(PeerNodes.addresses(manager.port()));

    reporter.report(Collections.nCopies(600, new TaskMark("x".repeat(128), TaskMark.Kind.DIED, 1)));

    await().until(() -> reporter.successes() == 3);
    assertThat(nodes.reports.stream().mapToInt(report -> report.marks().size()).sum())
        .isEqualTo(600);
  }

  @Test
  void refusesPlaintext() throws Exception {
    PeerServer server = nodes.publisher("worker2");

    try (Socket socket = new Socket()) {
      socket.connect(PeerNodes.loopback(server.port()));
      socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // whether it is closed or reset is all the same
    }

    awaitRefused(Refusal.PLAINTEXT);
  }

  @Test
  void refusesASelfSignedCertificate() throws Exception {
    reportWith(TestPki.selfSigned(TestPki.subject("worker1", NodeRole.WORKER)));

    awaitRefused(Refusal.SELF_SIGNED);
  }

  @Test
  void refusesWhatAnotherClustersRootSigned() throws Exception {
    reportWith(new TestPki().issue(TestPki.subject("worker1", NodeRole.WORKER)));

    awaitRefused(Refusal.UNTRUSTED);
  }

  @Test
  void refusesANodeOfAnotherCluster() throws Exception {
    reportWith(nodes.pki.issue("CN=worker1,OU=swarm-worker,O=other"));

    awaitRefused(Refusal.OTHER_CLUSTER);
  }

  @Test
  void refusesANodeThatWasRemoved() throws Exception {
    reportWith(nodes.pki.issue(TestPki.subject("worker9", NodeRole.WORKER)));

    awaitRefused(Refusal.NOT_A_MEMBER);
  }

  @Test
  void reportsToNoNodeThatWasRemoved() throws Exception {
    PeerServer server = nodes.publisher("manager9");
    Reporter reporter = reporter(PeerNodes.addresses(server.port()));

    reporter.report(DIED);

    await().until(() -> nodes.subscriberRefusals.count(Refusal.NOT_A_MEMBER) == 1);
    await().until(() -> reporter.failures() == 1);
    assertThat(nodes.reports).isEmpty();
  }

  @Test
  void refusesAReportThatIsTooLarge() throws Exception {
    assertThat(send(new byte[(64 << 10) + 1]).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);

    awaitRefused(Refusal.OVERSIZED);
  }

  @Test
  void refusesAReportThatIsNotUnderstood() throws Exception {
    assertThat(send(new byte[] {(byte) 0xff, 1, 2}).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);

    awaitRefused(Refusal.MALFORMED);
  }

  @Test
  void refusesAReportWithoutMarks() throws Exception {
    assertThat(send(new byte[0]).getDescription())
        .contains("sent what cannot be understood: marks: 0 (expected: 1 to 1000)");

    awaitRefused(Refusal.MALFORMED);
  }

  /** Sends any bytes as a report, and returns what becomes of it. */
  private Status send(byte[] report) throws Exception {
    PeerServer server = nodes.publisher("worker2");
    LiveIdentity identity = nodes.identity("worker1");
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(PeerNodes.loopback(server.port()))
            .sslContext(PeerTls.client(identity, nodes.check(identity).trustManager()))
            .overrideAuthority("swarm-node")
            .build();
    nodes.closing(channel::shutdownNow);
    CompletableFuture<Status> end = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call = channel.newCall(PeerMethods.REPORT, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(report);
    call.halfClose();
    call.request(1);
    return end.get();
  }

  /** One that listens, among so many others that they are told only where managers fail. */
  private static int[] many(PeerServer one) throws IOException {
    int[] ports = new int[20];
    Arrays.fill(ports, closedPort());
    ports[0] = one.port();
    return ports;
  }

  private Reporter reporter(List<InetSocketAddress> first, int... otherwise) throws IOException {
    return nodes.reporter(nodes.identity("worker1"), PATIENCE, first, otherwise);
  }

  /** Reports with any certificate, trusting the cluster's root. */
  private void reportWith(X509Bundle bundle) throws IOException {
    PeerServer server = nodes.publisher("manager1");
    LiveIdentity identity =
        LiveIdentity.read(TestPki.install(dir.resolve("stranger"), bundle, nodes.pki.rootPem()));
    // A stranger is not choosy: what it checks itself must not come first.
    LiveIdentity trusting = nodes.identity("worker1");
    nodes
        .closing(
            new Reporter(
                identity,
                nodes.check(trusting),
                nodes.subscriberRefusals,
                () -> new Reporter.Targets(PeerNodes.addresses(server.port()), List.of()),
                PATIENCE))
        .report(DIED);
  }

  private void awaitRefused(Refusal reason) {
    Refusals refusals = nodes.publisherRefusals;
    await().until(() -> refusals.count(reason) > 0);
    assertThat(
            Arrays.stream(Refusal.values())
                .filter(refusal -> refusal != reason)
                .mapToLong(refusals::count)
                .sum())
        .isZero();
    assertThat(nodes.reports).isEmpty();
  }

  private List<String> servers() {
    return nodes.reports.stream().map(PeerNodes.Reported::serverId).toList();
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, PeerNodes.loopback(0).getAddress())) {
      return socket.getLocalPort();
    }
  }
}
