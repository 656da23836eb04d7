package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class DemoClientTest {

  @Test
  void goesOnWithANewConnectionAfterEachLastRequest() throws IOException {
    try (Responder responder = Responder.start("web.1");
        DemoClient client = new DemoClient(responder.address())) {
      for (int i = 0; i < 10; i++) {
        client.request();
      }
      assertThat(responder.requests()).isEqualTo(10);
    }
  }

  @Test
  void replacesAKeptConnectionThatIsGone() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DemoClient client = new DemoClient((InetSocketAddress) listening.getLocalSocketAddress())) {
      Thread answering = Thread.ofVirtual().start(() -> answerOnTwoConnections(listening));
      client.request();
      client.request();
      answering.join();
    }
  }

  private static void answerOnTwoConnections(ServerSocket listening) {
    for (int i = 0; i < 2; i++) {
      try (Socket connection = listening.accept()) {
        HttpHead.read(connection.getInputStream());
        connection.getOutputStream().write(HttpHead.bytes("HTTP/1.1 200 OK", "Content-Length: 0"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void failsWhenNobodyAnswers() throws IOException {
    Responder responder = Responder.start("web.1");
    responder.close();
    try (DemoClient client = new DemoClient(responder.address())) {
      assertThatIOException().isThrownBy(client::request);
    }
  }

  @Test
  void failsWhenAKeptConnectionIsGoneAndANewOneIsRefused() throws IOException {
    Responder responder = Responder.start("web.1");
    try (DemoClient client = new DemoClient(responder.address())) {
      client.request();
      responder.kill();
      assertThatIOException().isThrownBy(client::request);
    }
  }
}
