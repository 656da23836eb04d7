package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.TestPki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is refused at a manager's door, from a real network and with what Swarm itself signed. */
class StrangersIT extends AgentScenarios {

  private static final int PORT = 9181;
  private static final int WEB = 8080;
  private static final String ANEW = "this node is another one now";

  @TempDir private Path dir;

  @Test
  void strangersAreRefusedWithAReasonAndChangeNothing() throws Exception {
    Swarm.createWeb("web", 2, WEB, "--constraint", "node.hostname!=n3");
    awaitTables("web", 2, WEB);
    Set<String> before = tables.ready("n2", WEB);
    String manager = TestPki.subject("n9", NodeRole.MANAGER);

    client.call(() -> speakPlaintext());
    assertTold(Refusal.PLAINTEXT);
    call(TestPki.install(dir.resolve("self"), TestPki.selfSigned(manager), rootOf("n1")));
    assertTold(Refusal.SELF_SIGNED);
    call(new TestPki().manager(dir.resolve("other"), "n9"));
    assertTold(Refusal.UNTRUSTED);

    IdentityFiles member = copyOfIdentity("n3");
    removeFromSwarm("n3");
    try {
      // The agent of n3 is refused as well, and one line a second is all that is said of a reason.
      String sentence = "which " + Refusal.NOT_A_MEMBER.sentence();
      Wait.seconds(20)
          .until(
              sentence,
              () -> {
                call(member);
                return isTold(sentence);
              });
      assertThat(tables.ready("n1", WEB)).isEqualTo(before);
      assertThat(tables.ready("n2", WEB)).isEqualTo(before);
    } finally {
      joinSwarm("n3");
    }
    Wait.seconds(60).until("n3 is another node", () -> agents.said("n3").contains(ANEW));
    awaitFollows("n3");
    report("n3 joined anew and follows");
    tables.awaitKnownEverywhereMillis(WEB, before);
  }

  private static boolean speakPlaintext() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(Lab.address("n1"), PORT), 2_000);
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().readAllBytes().length > 0;
    } catch (IOException e) {
      // whether it is closed or reset is all the same
      return false;
    }
  }

  /** Asks to follow, with a certificate. */
  private boolean call(IdentityFiles files) throws Exception {
    SslContext tls =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
            .keyManager(LiveIdentity.read(files).keyManager())
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .protocols("TLSv1.3")
            .build();
    return client.call(() -> follow(tls));
  }

  /** The event loop's thread is begun here, so it has this thread's network. */
  private static boolean follow(SslContext tls) throws InterruptedException {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    group.next().submit(() -> {}).sync();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress(Lab.address("n1"), PORT))
            .channelType(EpollSocketChannel.class, InetSocketAddress.class)
            .eventLoopGroup(group)
            .sslContext(tls)
            .overrideAuthority("swarm-manager")
            .directExecutor()
            .build();
    try {
      ClientCall<byte[], byte[]> call = channel.newCall(FOLLOW, CallOptions.DEFAULT);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      call.sendMessage(new byte[0]);
      call.halfClose();
      call.request(1);
      return channel.awaitTermination(1, TimeUnit.SECONDS);
    } finally {
      channel.shutdownNow();
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  private void assertTold(Refusal refusal) {
    String sentence = "which " + refusal.sentence();
    Wait.seconds(5).until(sentence, () -> isTold(sentence));
    report("n1 refused one from outside, %s", sentence);
  }

  /** Whether there is a line with a count, of one that is no node. */
  private boolean isTold(String sentence) {
    return agents
        .said("n1")
        .lines()
        .filter(line -> line.contains("/" + Lab.address("client") + ":"))
        .anyMatch(line -> line.contains(sentence) && line.endsWith(" so far)"));
  }

  private static String rootOf(String node) throws IOException {
    return Files.readString(IdentityFiles.ofSwarm(Lab.certificates(node)).authority());
  }

  private IdentityFiles copyOfIdentity(String node) throws IOException {
    Path copy = Files.createDirectories(dir.resolve(node));
    IdentityFiles from = IdentityFiles.ofSwarm(Lab.certificates(node));
    IdentityFiles to = IdentityFiles.ofSwarm(copy);
    Files.copy(from.certificate(), to.certificate());
    Files.copy(from.key(), to.key());
    Files.copy(from.authority(), to.authority());
    return to;
  }

  private static void removeFromSwarm(String node) {
    Lab.docker(node, "swarm", "leave");
    Swarm.docker("node", "rm", "--force", node);
  }

  private static void joinSwarm(String node) {
    String token = Swarm.docker("swarm", "join-token", "--quiet", "worker");
    Operator.docker(
        node,
        "swarm",
        "join",
        "--advertise-addr",
        Lab.address(node),
        "--token",
        token,
        Lab.address("n1") + ":2377");
  }

  private static final MethodDescriptor<byte[], byte[]> FOLLOW =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
          .setFullMethodName("tidegate.peer.v1.Peer/Follow")
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
