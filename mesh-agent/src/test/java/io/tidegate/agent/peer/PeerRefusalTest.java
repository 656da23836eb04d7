package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.X509Bundle;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.TestPki;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each is refused with its reason, is counted, and changes nothing. */
@Timeout(60)
class PeerRefusalTest {

  private static final Commit SHUTDOWN =
      TestStates.put(TestStates.task("task0a", "service0", 2, ClusterTask.State.SHUTDOWN));

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
  void aPublisherRefusesPlaintext() throws Exception {
    PeerServer publisher = publishing();

    try (Socket socket = new Socket()) {
      socket.connect(PeerNodes.loopback(publisher.port()));
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // whether it is closed or reset is all the same
    }

    awaitRefusedByPublisher(Refusal.PLAINTEXT, publisher);
  }

  @Test
  void aPublisherRefusesAStrangerWithoutACertificate() throws Exception {
    PeerServer publisher = publishing();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(PeerNodes.loopback(publisher.port()))
            .sslContext(
                GrpcSslContexts.configure(GrpcSslContexts.forClient(), SslProvider.JDK)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .build())
            .build();
    nodes.closing(channel::shutdownNow);

    ClientCall<byte[], byte[]> call = channel.newCall(PeerMethods.FOLLOW, CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.halfClose();
    call.request(1);

    awaitRefusedByPublisher(Refusal.NO_CERTIFICATE, publisher);
  }

  @Test
  void aPublisherRefusesASelfSignedCertificate() throws Exception {
    PeerServer publisher = publishing();
    subscriberWith(
        TestPki.selfSigned(TestPki.subject("worker1", NodeRole.WORKER)), publisher.port());

    awaitRefusedByPublisher(Refusal.SELF_SIGNED, publisher);
  }

  @Test
  void aPublisherRefusesWhatAnotherClustersRootSigned() throws Exception {
    PeerServer publisher = publishing();
    subscriberWith(
        new TestPki().issue(TestPki.subject("worker1", NodeRole.WORKER)), publisher.port());

    awaitRefusedByPublisher(Refusal.UNTRUSTED, publisher);
  }

  @Test
  void aPublisherRefusesANodeOfAnotherCluster() throws Exception {
    PeerServer publisher = publishing();
    subscriberWith(nodes.pki.issue("CN=worker1,OU=swarm-worker,O=other"), publisher.port());

    awaitRefusedByPublisher(Refusal.OTHER_CLUSTER, publisher);
  }

  @Test
  void aPublisherRefusesTheCertificateOfANodeThatWasRemoved() throws Exception {
    PeerServer publisher = publishing();
    LiveIdentity identity = nodes.identity("worker9");
    Subscriber subscriber = nodes.subscriber(identity, () -> PeerNodes.addresses(publisher.port()));

    awaitRefusedByPublisher(Refusal.NOT_A_MEMBER, publisher);
    await()
        .untilAsserted(
            () ->
                assertThat(subscriber.status().error())
                    .contains("this node is no node of this cluster any more: worker9"));
  }

  @Test
  void aNodeThatIsRemovedWhileItFollowsIsCutOff() throws Exception {
    PeerServer publisher = publishing();
    nodes.subscriber("worker1", publisher.port());
    await().until(() -> publisher.subscribers() == 1);

    nodes.members.remove("worker1");

    awaitRefusedByPublisher(Refusal.NOT_A_MEMBER, publisher);
    int known = nodes.realNews().size();
    publisher.publish(SHUTDOWN);
    await().until(() -> nodes.publisherRefusals.count(Refusal.NOT_A_MEMBER) > 2);
    assertThat(nodes.realNews()).hasSize(known);
  }

  @Test
  void aSubscriberRefusesAWorkerThatPublishes() throws Exception {
    LiveIdentity worker = nodes.identity("worker2");
    publishingFake(worker, whole(worker));

    awaitRefusedBySubscriber(Refusal.NOT_A_MANAGER);
  }

  @Test
  void aSubscriberRefusesTheManagerOfAnotherCluster() throws Exception {
    TestPki other = new TestPki();
    LiveIdentity manager = LiveIdentity.read(other.manager(dir.resolve("other"), "manager1"));
    publishingFake(manager, whole(manager));

    awaitRefusedBySubscriber(Refusal.UNTRUSTED);
  }

  @Test
  void aSubscriberRefusesAManagerThatWasRemoved() throws Exception {
    LiveIdentity manager = nodes.identity("manager3");
    publishingFake(manager, whole(manager));

    awaitRefusedBySubscriber(Refusal.NOT_A_MEMBER);
  }

  @Test
  void aSubscriberRefusesPlaintext() throws Exception {
    ServerSocket server =
        nodes.closing(new ServerSocket(0, 10, PeerNodes.loopback(0).getAddress()));
    Thread.ofVirtual().start(() -> answerInPlaintext(server));
    nodes.subscriber("worker1", server.getLocalPort());

    awaitRefusedBySubscriber(Refusal.PLAINTEXT);
  }

  @Test
  void aSubscriberRefusesAMessageThatIsTooLarge() throws Exception {
    byte[] large = new byte[PeerNodes.LIMITS.maxMessageBytes() + 1];
    publishingFake(nodes.identity("manager1"), List.of(large));

    awaitRefusedBySubscriber(Refusal.OVERSIZED);
  }

  @Test
  void aSubscriberRefusesWhatIsNotUnderstood() throws Exception {
    publishingFake(nodes.identity("manager1"), List.of(new byte[] {(byte) 0xff, 1, 2}));

    awaitRefusedBySubscriber(Refusal.MALFORMED);
  }

  @Test
  void aSubscriberRefusesAVersionThatGoesBackwards() throws Exception {
    LiveIdentity manager = nodes.identity("manager1");
    List<byte[]> messages = new ArrayList<>(whole(manager));
    messages.addAll(writer(manager).changes(6, 5, SHUTDOWN.changes()));
    publishingFake(manager, messages);

    await().until(() -> nodes.subscriberRefusals.count(Refusal.BACKWARDS) > 0);
    assertThat(nodes.realNews()).allMatch(PeerNews.Whole.class::isInstance);
  }

  @Test
  void aPublisherDropsASubscriberThatTakesNothing() throws Exception {
    PeerLimits hasty =
        new PeerLimits(
            4_096,
            64 << 10,
            16 << 20,
            1_024,
            Duration.ofMillis(300),
            Duration.ofMillis(100),
            Duration.ofSeconds(60));
    PeerServer publisher = nodes.publisher(nodes.identity("manager1"), hasty, 1_000);
    publisher.publish(TestStates.services(3_000));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(PeerNodes.loopback(publisher.port()))
            .sslContext(client("worker1"))
            .overrideAuthority("swarm-manager")
            .flowControlWindow(64 << 10)
            .build();
    nodes.closing(channel::shutdownNow);
    ClientCall<byte[], byte[]> call = channel.newCall(PeerMethods.FOLLOW, CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.sendMessage(new byte[0]);
    call.halfClose();

    awaitRefusedByPublisher(Refusal.TOO_SLOW, publisher);
  }

  private SslContext client(String nodeId) throws IOException {
    LiveIdentity identity = nodes.identity(nodeId);
    return PeerTls.client(identity, nodes.check(identity).publisherTrustManager());
  }

  private PeerServer publishing() throws IOException {
    PeerServer publisher = nodes.publisher("manager1");
    publisher.publish(TestStates.services(1));
    return publisher;
  }

  /** Follows with any certificate, trusting the cluster's root. */
  private void subscriberWith(X509Bundle bundle, int port) throws IOException {
    LiveIdentity identity =
        LiveIdentity.read(TestPki.install(dir.resolve("stranger"), bundle, nodes.pki.rootPem()));
    // A stranger is not choosy: what it checks itself must not come first.
    LiveIdentity trusting = nodes.identity("worker1");
    nodes
        .closing(
            new Subscriber(
                () -> PeerNodes.addresses(port),
                identity,
                nodes.check(trusting),
                nodes.subscriberRefusals,
                PeerNodes.LIMITS))
        .start(nodes.news::add);
  }

  private void publishingFake(LiveIdentity identity, List<byte[]> messages) throws IOException {
    FakePublisher publisher =
        nodes.closing(
            new FakePublisher(identity, nodes.check(nodes.identity("manager2")), messages));
    nodes.subscriber("worker1", publisher.port());
  }

  private static UpdateWriter writer(LiveIdentity publisher) {
    return new UpdateWriter(new Epoch(publisher.name().nodeId(), 1_000), 1 << 20);
  }

  private static List<byte[]> whole(LiveIdentity publisher) {
    return writer(publisher).whole(7, List.of(TestStates.service("service0")));
  }

  private void awaitRefusedByPublisher(Refusal reason, PeerServer publisher) {
    await().until(() -> nodes.publisherRefusals.count(reason) > 0);
    assertThat(others(nodes.publisherRefusals, reason)).isZero();
    await().until(() -> publisher.subscribers() == 0);
  }

  private void awaitRefusedBySubscriber(Refusal reason) {
    await().until(() -> nodes.subscriberRefusals.count(reason) > 0);
    assertThat(others(nodes.subscriberRefusals, reason)).isZero();
    assertThat(nodes.news).isEmpty();
  }

  private static long others(Refusals refusals, Refusal reason) {
    return Arrays.stream(Refusal.values())
        .filter(refusal -> refusal != reason)
        .mapToLong(refusals::count)
        .sum();
  }

  private static void answerInPlaintext(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket accepted = server.accept()) {
        accepted
            .getOutputStream()
            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        accepted.getInputStream().read();
      } catch (IOException e) {
        // the test is over, or this client was
      }
    }
  }
}
