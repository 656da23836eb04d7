package io.tidegate.agent.linux;

import static io.tidegate.agent.linux.TransparentNode.BRIDGE;
import static io.tidegate.agent.linux.TransparentNode.CLIENT;
import static io.tidegate.agent.linux.TransparentNode.CLIENT_IPV6;
import static io.tidegate.agent.linux.TransparentNode.NEAR;
import static io.tidegate.agent.linux.TransparentNode.NODE;
import static io.tidegate.agent.linux.TransparentNode.NODE_IPV6;
import static io.tidegate.agent.linux.TransparentNode.NODE_TOO;
import static io.tidegate.agent.linux.TransparentNode.OTHER_PORT;
import static io.tidegate.agent.linux.TransparentNode.PORT;
import static io.tidegate.agent.linux.TransparentNode.TASK;
import static io.tidegate.agent.linux.TransparentNode.TASK_IPV6;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.Imitated;
import io.tidegate.proxy.Transparency;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Fallback;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that see their clients' own addresses, with real packets. */
@Timeout(120)
class TransparentClientsTest {

  private static final int TIMEOUT_MILLIS = 10_000;

  private TransparentNode net;
  private WayBack wayBack;
  private PeerTask task;
  private PeerTask taskOfIpv6;
  private String before;

  @BeforeEach
  void begin() throws Exception {
    net = new TransparentNode();
    // The sternest settings: they must not be in the way.
    net.node.run("sysctl -qw net.ipv4.conf.docker_gwbridge.rp_filter=1");
    net.node.run("sysctl -qw net.ipv4.conf.all.src_valid_mark=1");
    before = rules();
    wayBack = new WayBack(net.node.path, "00c0ffee");
    wayBack.keep(true);
    task = new PeerTask(net.task, TransparentNode.target(TASK));
    taskOfIpv6 = new PeerTask(net.task, TransparentNode.target(TASK_IPV6));
  }

  @AfterEach
  void end() throws Exception {
    if (taskOfIpv6 == null) {
      return;
    }
    task.close();
    taskOfIpv6.close();
    wayBack.remove();
    String after = rules();
    net.close();
    assertThat(after).isEqualTo(before);
  }

  /** All but what appears in its own time: the addresses of links, and whether those are up. */
  private String rules() throws IOException {
    String all =
        net.node.run("nft list ruleset")
            + net.node.run("ip rule list")
            + net.node.run("ip -6 rule list")
            + net.node.run("ip route show table all")
            + net.node.run("ip -6 route show table all");
    return all.lines()
        .filter(line -> !line.contains("fe80") && !line.contains("multicast"))
        .map(line -> line.replace(" linkdown", "").strip())
        .collect(Collectors.joining("\n"));
  }

  private Socket connect(TestNamespace from, InetAddress own, int ownPort, InetAddress to, int port)
      throws IOException {
    return TransparentNode.in(
        from,
        () -> {
          Socket socket = new Socket();
          socket.setReuseAddress(true);
          socket.bind(new InetSocketAddress(own, ownPort));
          socket.connect(new InetSocketAddress(to, port), TIMEOUT_MILLIS);
          socket.setSoTimeout(TIMEOUT_MILLIS);
          return socket;
        });
  }

  private Socket connect() throws IOException {
    return connect(net.client, CLIENT, 0, NODE, PORT);
  }

  private static String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    InputStream in = socket.getInputStream();
    for (int read = in.read(); read != '\n' && read >= 0; read = in.read()) {
      line.append((char) read);
    }
    return line.toString();
  }

  private static String seenAs(InetAddress address, int port) {
    return address.getHostAddress() + " " + port;
  }

  @Test
  void seeAddressAndPortOfIpv4() throws Exception {
    net.publish(Protocol.TCP, TASK);
    for (int i = 0; i < 100; i++) {
      try (Socket client = connect()) {
        assertThat(line(client)).isEqualTo(seenAs(CLIENT, client.getLocalPort()));
      }
    }
    assertThat(net.count(Imitated.EXACT)).isEqualTo(100);
  }

  @Test
  void seeAddressAndPortOfIpv6() throws Exception {
    net.publish(Protocol.TCP, TASK_IPV6);
    try (Socket client = connect(net.client, CLIENT_IPV6, 0, NODE_IPV6, PORT)) {
      assertThat(line(client)).isEqualTo(seenAs(CLIENT_IPV6, client.getLocalPort()));
    }
  }

  @Test
  void getWhatTheClientSaysFirst() throws Exception {
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect()) {
      client.getOutputStream().write("hello\n".getBytes(US_ASCII));
      assertThat(line(client)).isEqualTo(seenAs(CLIENT, client.getLocalPort()));
      assertThat(line(client)).isEqualTo("hello");
    }
  }

  @Test
  void exchangeManyBytesUnchangedAndTheirEnds() throws Exception {
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect()) {
      line(client);
      CompletableFuture<byte[]> sent = CompletableFuture.supplyAsync(() -> sendMuch(client));
      MessageDigest received = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(client.getInputStream(), received)
          .transferTo(OutputStream.nullOutputStream());
      assertThat(received.digest()).isEqualTo(sent.get(60, TimeUnit.SECONDS));
    }
    assertThat(task.ends.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
  }

  private static byte[] sendMuch(Socket client) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Random random = new Random(1);
      byte[] chunk = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        random.nextBytes(chunk);
        digest.update(chunk);
        client.getOutputStream().write(chunk);
      }
      client.shutdownOutput();
      return digest.digest();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void hearResetsAndSendThem() throws Exception {
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect()) {
      line(client);
      client.setSoLinger(true, 0);
    }
    assertThat(task.ends.poll(10, TimeUnit.SECONDS)).contains("reset");
    task.next.add(
        socket -> {
          socket.setSoLinger(true, 0);
          socket.getInputStream().read();
        });
    try (Socket client = connect()) {
      client.getOutputStream().write(1);
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  /** It may be noticed before the connect is. */
  private void assertReset() {
    assertThatThrownBy(
            () -> {
              try (Socket client = connect()) {
                client.getInputStream().read();
              }
            })
        .satisfies(e -> assertThat(causes(e)).anyMatch(SocketException.class::isInstance));
  }

  private static List<Throwable> causes(Throwable e) {
    return e.getCause() == null ? List.of(e) : List.of(e, e.getCause());
  }

  @Test
  void seeAnotherPortOfTheAddressWhereTheirOwnIsInUse() throws Exception {
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect();
        Socket other = connect(net.client, CLIENT, client.getLocalPort(), NODE, OTHER_PORT)) {
      assertThat(line(client)).isEqualTo(seenAs(CLIENT, client.getLocalPort()));
      assertThat(line(other))
          .startsWith(CLIENT.getHostAddress() + " ")
          .isNotEqualTo(seenAs(CLIENT, client.getLocalPort()));
    }
    assertThat(net.count(Imitated.OTHER_PORT)).isEqualTo(1);
  }

  @Test
  void seeAnotherPortWhileAnEarlierConnectionOfTheirsIsRemembered() throws Exception {
    net.publish(Protocol.TCP, TASK);
    int port;
    try (Socket client = connect()) {
      line(client);
      port = client.getLocalPort();
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    try (Socket again = connect(net.client, CLIENT, port, NODE_TOO, PORT)) {
      assertThat(line(again)).startsWith(CLIENT.getHostAddress() + " ");
    }
    assertThat(net.count(Imitated.EXACT) + net.count(Imitated.OTHER_PORT)).isEqualTo(2);
  }

  @Test
  void doNotSeeTheNodeItself() throws Exception {
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect(net.node, NODE, 0, NODE, PORT)) {
      assertThat(line(client)).startsWith(BRIDGE.getHostAddress() + " ");
    }
    assertThat(net.count(Imitated.NEAR)).isEqualTo(1);
  }

  @Test
  void doNotSeeEachOther() throws Exception {
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect(net.task, TASK, 0, NODE, PORT)) {
      assertThat(line(client)).startsWith(BRIDGE.getHostAddress() + " ");
    }
    assertThat(net.count(Imitated.NEAR)).isEqualTo(1);
  }

  @Test
  void doNotSeeClientsOfAnotherFamily() throws Exception {
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect(net.client, CLIENT_IPV6, 0, NODE_IPV6, PORT)) {
      assertThat(line(client)).startsWith(BRIDGE.getHostAddress() + " ");
    }
    assertThat(net.count(Imitated.FAMILY)).isEqualTo(1);
  }

  @Test
  void refuseWhomTheyCannotSeeIfTheirServiceSaysSo() throws Exception {
    net.become(Transparency.not("said by the test"));
    net.publish(Protocol.TCP, ClientIp.TRANSPARENT, Fallback.REFUSE, TASK);
    assertReset();
    assertThat(net.count(Imitated.UNABLE)).isEqualTo(1);
    assertThat(net.stats())
        .anyMatch(
            route -> route.connections().getOrDefault(ConnectionResult.NOT_TRANSPARENT, 0L) == 1);
    net.become(new Transparency(null, NEAR));
    try (Socket client = connect()) {
      assertThat(line(client)).isEqualTo(seenAs(CLIENT, client.getLocalPort()));
    }
  }

  @Test
  void areToldByAHeaderOfWhomTheyCannotSee() throws Exception {
    net.become(Transparency.not("said by the test"));
    net.publish(Protocol.TCP, ClientIp.TRANSPARENT, Fallback.PROXY_V1, TASK);
    try (Socket client = connect()) {
      assertThat(line(client)).startsWith(BRIDGE.getHostAddress() + " ");
      assertThat(line(client))
          .startsWith("PROXY TCP4 192.0.2.2 192.0.2.1 " + client.getLocalPort() + " 8080");
    }
    net.become(new Transparency(null, NEAR));
    try (Socket client = connect()) {
      client.getOutputStream().write("plain\n".getBytes(ISO_8859_1));
      assertThat(line(client)).isEqualTo(seenAs(CLIENT, client.getLocalPort()));
      assertThat(line(client)).isEqualTo("plain");
    }
  }

  @Test
  void seeClientsByTheRulesOfIptablesToo() throws Exception {
    wayBack.remove();
    IptablesMarks marks =
        new IptablesMarks(
            net.node.program("iptables"),
            Program.find("ip6tables", net.node.path),
            WayBack.BRIDGE,
            WayBack.MARK,
            "00c0ffee");
    LocalRoute route =
        new LocalRoute(net.node.program("ip"), WayBack.MARK, WayBack.TABLE, WayBack.BRIDGE);
    String unmarked = net.node.run("iptables -t mangle -S");
    marks.check();
    marks.install(true);
    marks.install(true);
    route.add(false);
    assertThat(marks.areOurs(true)).isTrue();
    net.publish(Protocol.TCP, TASK);
    try (Socket client = connect()) {
      assertThat(line(client)).isEqualTo(seenAs(CLIENT, client.getLocalPort()));
    }
    assertThat(marks.remove()).isTrue();
    assertThat(marks.remove()).isFalse();
    route.remove(false);
    assertThat(net.node.run("iptables -t mangle -S")).isEqualTo(unmarked);
    // What iptables makes of empty tables is not ours to remove.
    before = rules();
  }

  // --- UDP ---

  private DatagramSocket datagrams(TestNamespace from, InetAddress own, int port)
      throws IOException {
    return TransparentNode.in(
        from,
        () -> {
          DatagramSocket socket = new DatagramSocket(new InetSocketAddress(own, port));
          socket.setSoTimeout(TIMEOUT_MILLIS);
          return socket;
        });
  }

  private static String ask(DatagramSocket socket, InetAddress to, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(to, port);
    socket.send(new DatagramPacket(new byte[] {1}, 1, address));
    DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
    socket.receive(answer);
    assertThat(answer.getSocketAddress()).isEqualTo(address);
    return new String(answer.getData(), 0, answer.getLength(), US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void seeAddressAndPortOfDatagrams(boolean ipv6) throws Exception {
    InetAddress own = ipv6 ? CLIENT_IPV6 : CLIENT;
    net.publish(Protocol.UDP, ipv6 ? TASK_IPV6 : TASK);
    for (int i = 0; i < 100; i++) {
      try (DatagramSocket client = datagrams(net.client, own, 0)) {
        String seen = ask(client, ipv6 ? NODE_IPV6 : NODE, PORT);
        assertThat(seen).isEqualTo(seenAs(own, client.getLocalPort()));
        assertThat(ask(client, ipv6 ? NODE_IPV6 : NODE, PORT)).isEqualTo(seen);
      }
    }
    // A port may come twice, which is one session.
    assertThat(net.count(Imitated.EXACT)).isBetween(50L, 100L);
    assertThat(net.count(Imitated.OTHER_PORT)).isZero();
  }

  @Test
  void answerDatagramsAtThePortThatTheyWereSentTo() throws Exception {
    net.publish(Protocol.UDP, TASK);
    try (DatagramSocket client = datagrams(net.client, CLIENT, 0)) {
      String exact = seenAs(CLIENT, client.getLocalPort());
      assertThat(ask(client, NODE, PORT)).isEqualTo(exact);
      assertThat(ask(client, NODE, OTHER_PORT))
          .startsWith(CLIENT.getHostAddress() + " ")
          .isNotEqualTo(exact);
      assertThat(ask(client, NODE, PORT)).isEqualTo(exact);
    }
  }

  @Test
  void doNotSeeDatagramsOfTheNodeItself() throws Exception {
    net.publish(Protocol.UDP, TASK);
    try (DatagramSocket client = datagrams(net.node, NODE, 0)) {
      assertThat(ask(client, NODE, PORT)).startsWith(BRIDGE.getHostAddress() + " ");
    }
    assertThat(net.count(Imitated.NEAR)).isEqualTo(1);
  }
}
