package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class DemoClientTest {

  @Test
  void goesOnWithANewConnectionAfterEachLastRequest() throws IOException {
    try (Responder responder = Responder.start("web.1");
        DemoClient client = new DemoClient(responder.address().getPort())) {
      for (int i = 0; i < 10; i++) {
        client.request();
      }
      assertThat(responder.requests()).isEqualTo(10);
    }
  }

  @Test
  void failsWhenNobodyAnswers() throws IOException {
    Responder responder = Responder.start("web.1");
    responder.close();
    try (DemoClient client = new DemoClient(responder.address().getPort())) {
      assertThatIOException().isThrownBy(client::request);
    }
  }

  @Test
  void failsWhenAKeptConnectionIsGoneAndANewOneIsRefused() throws IOException {
    Responder responder = Responder.start("web.1");
    try (DemoClient client = new DemoClient(responder.address().getPort())) {
      client.request();
      responder.kill();
      assertThatIOException().isThrownBy(client::request);
    }
  }
}
