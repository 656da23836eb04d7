package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ResponderTest {

  private static final String KEPT = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String LAST = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  private Responder responder;

  @BeforeEach
  void start() throws IOException {
    responder = Responder.start("web.1");
  }

  @AfterEach
  void close() {
    responder.close();
  }

  @Test
  void answersWithItsNameAndACount() throws IOException {
    try (Socket client = connect()) {
      send(client, LAST);
      assertThat(readAll(client))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("Connection: close")
          .endsWith("\r\n\r\nweb.1 answers its request 1\n");
    }
    assertThat(responder.requests()).isEqualTo(1);
  }

  @Test
  void countsRequestsFromInsideItsNetworkApart() throws Exception {
    int port = new DemoPorts("::", _ -> null).free("--vip-port", 0);
    InetSocketAddress inside = new DemoNetwork(port).ofTask(254);
    try (Responder api = Responder.start("api.1", inside)) {
      for (InetSocketAddress at : List.of(inside, inside, api.address())) {
        try (Socket client = new Socket(at.getAddress(), at.getPort())) {
          send(client, LAST);
          assertThat(readAll(client)).contains("api.1 answers its request");
        }
      }
      assertThat(api.requestsInside()).isEqualTo(2);
      assertThat(api.requests()).isEqualTo(1);
    }
  }

  @Test
  void answersPipelinedRequestsOnOneConnection() throws IOException {
    try (Socket client = connect()) {
      send(client, KEPT + KEPT + LAST);
      assertThat(readAll(client)).contains("request 1\n", "request 2\n", "request 3\n");
    }
  }

  @Test
  void skipsTheBodyOfARequest() throws IOException {
    try (Socket client = connect()) {
      send(client, "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nGET " + LAST);
      assertThat(readAll(client)).contains("request 1\n", "request 2\n");
    }
  }

  @Test
  void sendsNoBodyToHead() throws IOException {
    try (Socket client = connect()) {
      send(client, "HEAD / HTTP/1.0\r\n\r\n");
      assertThat(readAll(client)).contains("Content-Length: 28").endsWith("\r\n\r\n");
    }
  }

  @Test
  void endsAConnectionWithItsNextAnswerOnceItLeaves() throws IOException {
    try (Socket client = connect()) {
      send(client, KEPT);
      assertThat(readAnswer(client).keepsAlive()).isTrue();
      responder.leave();
      send(client, KEPT);
      assertThat(readAll(client)).contains("Connection: close").endsWith("request 2\n");
    }
  }

  @Test
  void resetsItsConnectionsWhenKilled() throws IOException {
    try (Socket client = connect()) {
      send(client, KEPT);
      readAnswer(client);
      responder.kill();
      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(client.getInputStream()::read)
          .withMessageContaining("reset");
    }
    assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
  }

  @Test
  void finishesItsConnectionsWhenClosed() throws IOException {
    try (Socket client = connect()) {
      send(client, KEPT);
      readAnswer(client);
      responder.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void hangsUpOnWhatIsNotHttp() throws IOException {
    try (Socket client = connect()) {
      send(client, "hello\r\n\r\n");
      assertThat(readAll(client)).isEmpty();
    }
  }

  private Socket connect() throws IOException {
    return new Socket(responder.address().getAddress(), responder.address().getPort());
  }

  private static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static HttpHead readAnswer(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    HttpHead head = Objects.requireNonNull(HttpHead.read(in));
    in.skipNBytes(head.contentLength());
    return head;
  }

  private static String readAll(Socket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }
}
