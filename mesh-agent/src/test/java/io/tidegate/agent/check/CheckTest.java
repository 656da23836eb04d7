package io.tidegate.agent.check;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.routing.ClientIp;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.HealthCheck.Exchange;
import io.tidegate.routing.HealthCheck.Kind;
import io.tidegate.routing.HealthCheck.Pace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single checks of tasks that behave in all sorts of ways, over loopback. */
class CheckTest {

  private static final Duration TIMEOUT = Duration.ofMillis(300);

  /** Longer than any answer here takes, whatever else this machine does. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String OK = "HTTP/1.1 200 OK\r\n\r\n";

  private final List<AutoCloseable> open = new ArrayList<>();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  // --- TCP ---

  @Test
  void isContentWithAConnect() throws IOException {
    assertThat(fault(Kind.TCP, Exchange.DEFAULT, listener().getLocalPort())).isNull();
  }

  @Test
  void tellsOfAPortThatRefuses() throws IOException {
    ServerSocket closed = listener();
    int port = closed.getLocalPort();
    closed.close();

    assertThat(fault(Kind.TCP, Exchange.DEFAULT, port))
        .isEqualTo("tcp 127.0.0.1:" + port + ": Connection refused");
  }

  @Test
  void sendsWhatIsToBeSentAndFindsWhatIsExpected() throws Exception {
    int port = serve("+OK\r\n:1\r\n+PONG\r\n");

    assertThat(fault(Kind.TCP, Exchange.DEFAULT.withSend("PING\r\n").withExpect("+PONG"), port))
        .isNull();
    assertThat(heard.take()).isEqualTo("PING\r\n");
  }

  @Test
  void findsWhatIsExpectedAlthoughItComesByteByByte() throws IOException {
    int port = dribble("+PONG\r\n", 5);

    assertThat(fault(Kind.TCP, Exchange.DEFAULT.withExpect("+PONG"), port)).isNull();
  }

  @Test
  void tellsOfAConnectionThatIsClosedEarly() throws IOException {
    int port = serve("+PO");

    assertThat(fault(Kind.TCP, Exchange.DEFAULT.withSend("x").withExpect("+PONG"), port))
        .endsWith("closed after 3 bytes");
  }

  @Test
  void readsNoMoreThanAKibibyte() throws IOException {
    int port = serve("x".repeat(1_024) + "+PONG" + "x".repeat(1 << 20));

    assertThat(fault(Kind.TCP, Exchange.DEFAULT.withSend("x").withExpect("+PONG"), port))
        .endsWith("not in the first 1024 bytes of the answer");
  }

  // --- HTTP ---

  @ParameterizedTest
  @CsvSource({"200, 200, 299", "299, 200, 299", "204, 204, 204", "401, 400, 499"})
  void isContentWithAStatusThatIsWell(int status, int least, int most) throws Exception {
    int port = serve("HTTP/1.1 " + status + " \r\n\r\n");

    assertThat(
            fault(Kind.HTTP, Exchange.DEFAULT.withPath("/up?x=1").withStatuses(least, most), port))
        .isNull();
    assertThat(heard.take())
        .startsWith("GET /up?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n")
        .endsWith("Connection: close\r\n\r\n");
  }

  @Test
  void tellsOfAnyOtherStatus() throws IOException {
    int port = serve("HTTP/1.1 503 Service Unavailable\r\n\r\n");

    assertThat(fault(Kind.HTTP, Exchange.DEFAULT, port))
        .isEqualTo("GET / at 127.0.0.1:" + port + ": 503 (expected: 200 to 299)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SSH-2.0-OpenSSH_9.2p1", "HTTP/2.0x 200 OK", "http/1.1 200 OK"})
  void tellsOfAnswersThatAreNoHttp(String answer) throws IOException {
    assertThat(fault(Kind.HTTP, Exchange.DEFAULT, serve(answer)))
        .endsWith("answered something else than HTTP/1.x");
  }

  @Test
  void doesNotWaitForMoreThanTheStatus() throws IOException {
    assertThat(fault(Kind.HTTP, Exchange.DEFAULT, serve(OK + "x".repeat(1 << 22)))).isNull();
    assertThat(fault(Kind.HTTP, Exchange.DEFAULT, dribble(OK, 5))).isNull();
  }

  @Test
  void givesUpOnATaskThatAcceptsAndNeverAnswers() throws IOException {
    int port = listener().getLocalPort();
    long startNanos = System.nanoTime();

    assertThat(faultSoon(Kind.HTTP, Exchange.DEFAULT, port))
        .isEqualTo("GET / at 127.0.0.1:" + port + ": no answer within 300 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
        .isBetween(TIMEOUT.minusMillis(10), TIMEOUT.plusSeconds(1));
  }

  @Test
  void givesUpOnOneThatAnswersTooSlowlyToEverFinish() throws IOException {
    int port = dribble(OK, 100);

    assertThat(faultSoon(Kind.HTTP, Exchange.DEFAULT, port)).endsWith("no answer within 300 ms");
  }

  @Test
  void leavesNothingOpenBehind() throws Exception {
    ServerSocket listener = listener();
    assertThat(fault(Kind.TCP, Exchange.DEFAULT, listener.getLocalPort())).isNull();

    try (Socket accepted = listener.accept()) {
      accepted.setSoTimeout(2_000);
      InputStream in = accepted.getInputStream();
      assertThatThrownBy(in::read).hasMessageContaining("reset");
    }
  }

  // --- UDP ---

  @Test
  void isContentWithAnyDatagramInAnswer() throws Exception {
    assertThat(fault(Kind.UDP, Exchange.DEFAULT.withSend("\u0000ask\u00ff"), answer("", 1)))
        .isNull();
    assertThat(heard.take()).isEqualTo("\u0000ask\u00ff");
  }

  @Test
  void waitsForTheDatagramThatIsExpected() throws IOException {
    Exchange exchange = Exchange.DEFAULT.withSend("ask").withExpect("well");

    assertThat(fault(Kind.UDP, exchange, answer("all is well", 1))).isNull();
    assertThat(faultSoon(Kind.UDP, exchange, answer("ill", 2))).endsWith("no answer within 300 ms");
  }

  @Test
  void tellsOfADatagramThatIsNotAnswered() throws IOException {
    assertThat(faultSoon(Kind.UDP, Exchange.DEFAULT.withSend("ask"), answer("", 0)))
        .endsWith("no answer within 300 ms");
  }

  @Test
  void tellsOfAUdpPortThatNobodyHas() throws IOException {
    DatagramSocket closed = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    int port = closed.getLocalPort();
    closed.close();

    assertThat(fault(Kind.UDP, Exchange.DEFAULT.withSend("ask"), port))
        .isEqualTo("udp 127.0.0.1:" + port + ": port unreachable");
  }

  // --- behind a header ---

  @Test
  void saysThatNoClientAsksWhereATaskExpectsToBeToldOfClients() throws Exception {
    Exchange ping = Exchange.DEFAULT.withSend("PING").withExpect("+PONG");

    assertThat(fault(Kind.TCP, ping, ClientIp.PROXY_V1, serve("+PONG"))).isNull();
    assertThat(heard.take()).isEqualTo("PROXY UNKNOWN\r\nPING");
    assertThat(fault(Kind.TCP, ping, ClientIp.PROXY_V2, serve("+PONG"))).isNull();
    assertThat(heard.take()).isEqualTo("\r\n\r\n\0\r\nQUIT\n \0\0\0PING");
    assertThat(fault(Kind.HTTP, Exchange.DEFAULT, ClientIp.PROXY_V2, serve(OK))).isNull();
    assertThat(heard.take()).startsWith("\r\n\r\n\0\r\nQUIT\n \0\0\0GET / HTTP/1.1\r\n");
  }

  // --- tasks ---

  private static @Nullable String fault(Kind kind, Exchange exchange, int port) {
    return fault(kind, exchange, ClientIp.OFF, port);
  }

  /** The same of a task that is not waited for. */
  private static @Nullable String faultSoon(Kind kind, Exchange exchange, int port) {
    return fault(kind, exchange, ClientIp.OFF, port, TIMEOUT);
  }

  private static @Nullable String fault(Kind kind, Exchange exchange, ClientIp told, int port) {
    return fault(kind, exchange, told, port, PATIENCE);
  }

  private static @Nullable String fault(
      Kind kind, Exchange exchange, ClientIp told, int port, Duration timeout) {
    HealthCheck check =
        HealthCheck.OFF
            .withKind(kind)
            .withExchange(exchange)
            .withPace(Pace.DEFAULT.withTimeout(timeout));
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Outcome outcome = Check.of(new CheckedTask("t1", "web.1", "web", address, check, told));
    assertThat(outcome.kind())
        .isEqualTo(outcome.fault() == null ? Outcome.Kind.PASSED : Outcome.Kind.FAILED);
    return outcome.fault();
  }

  /** Accepts in the kernel alone, and says nothing. */
  private ServerSocket listener() throws IOException {
    ServerSocket listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    open.add(listener);
    return listener;
  }

  /** Reads once, answers and closes. */
  private int serve(String answer) throws IOException {
    return accept(
        socket -> {
          byte[] request = new byte[4_096];
          int length = socket.getInputStream().read(request);
          heard.add(new String(request, 0, Math.max(length, 0), ISO_8859_1));
          socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        });
  }

  private int dribble(String answer, int millisBetween) throws IOException {
    return accept(
        socket -> {
          OutputStream out = socket.getOutputStream();
          for (byte next : answer.getBytes(ISO_8859_1)) {
            out.write(next);
            // the pace of the task is what is tested
            LockSupport.parkNanos(Duration.ofMillis(millisBetween).toNanos());
          }
        });
  }

  private interface Behaviour {
    void be(Socket socket) throws IOException;
  }

  private int accept(Behaviour behaviour) throws IOException {
    ServerSocket listener = listener();
    Thread.ofVirtual()
        .start(
            () -> {
              try (Socket socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                behaviour.be(socket);
              } catch (IOException e) {
                // whoever asked has gone
              }
            });
    return listener.getLocalPort();
  }

  /** A task that answers each datagram so often. */
  private int answer(String text, int times) throws IOException {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    open.add(socket);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
                socket.receive(packet);
                heard.add(new String(packet.getData(), 0, packet.getLength(), ISO_8859_1));
                packet.setData(text.getBytes(ISO_8859_1));
                for (int i = 0; i < times; i++) {
                  socket.send(packet);
                }
              } catch (IOException e) {
                // closed
              }
            });
    return socket.getLocalPort();
  }
}
