package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.agent.source.HostPort;
import io.tidegate.overload.Pressure;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentCheckServerTest {

  private final FakeView view = new FakeView().withWeb();
  private AgentCheckServer server;

  @BeforeEach
  void start() throws IOException {
    server = AgentCheckServer.start(new HostPort("127.0.0.1", 0), view);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void saysThatAServiceIsServed() throws IOException {
    assertThat(answer("web\n")).isEqualTo("up ready\n");
    assertThat(answer("8080/tcp\r\n")).isEqualTo("up ready\n");
  }

  @Test
  void saysOfTheWholeNodeWhereNothingIsAsked() throws IOException {
    assertThat(answer("")).isEqualTo("up ready\n");
    view.listeners.set(0, new ListenerStatus(PublishedPort.tcp(8080), 0, 2, "in use"));
    assertThat(answer("")).isEqualTo("down #8080/tcp: in use\n");
  }

  @Test
  void saysInOneLineWhyAServiceIsNotServed() throws IOException {
    view.listeners.clear();
    assertThat(answer("web\n")).isEqualTo("down #8080/tcp web: not bound yet\n");
    assertThat(answer("wep\n")).startsWith("down #wep: no service").endsWith(")\n");
    assertThat(answer("80800\n")).isEqualTo("down #published port: 80800 (expected: 1 to 65535)\n");
  }

  @Test
  void asksForADrainWhileTheAgentEnds() throws IOException {
    view.draining = true;
    assertThat(answer("web\n")).isEqualTo("drain\n");
    assertThat(answer("")).isEqualTo("drain\n");
  }

  @Test
  void asksForADrainWhileNewClientsHaveToWait() throws IOException {
    view.beOverloaded();
    assertThat(answer("web\n")).isEqualTo("drain\n");
    view.pressure = Pressure.NONE;
    assertThat(answer("web\n")).isEqualTo("up ready\n");
  }

  @Test
  void readsNoMoreThanAQuestionMayHave() throws IOException {
    assertThat(answer("x".repeat(300))).startsWith("down #" + "x".repeat(256) + ": no service");
  }

  @Test
  void answersManyThatAskAtOnce() throws IOException {
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      silent.add(new Socket(server.address().getAddress(), server.address().getPort()));
    }
    for (Socket client : silent) {
      try (client) {
        assertThat(rest(client)).isEqualTo("up ready\n");
      }
    }
  }

  @Test
  void saysWhichAddressCannotBeBound() {
    assertThatThrownBy(() -> AgentCheckServer.start(HostPort.of(server.address()), view))
        .isInstanceOf(BindException.class);
  }

  private String answer(String question) throws IOException {
    try (Socket client = new Socket(server.address().getAddress(), server.address().getPort())) {
      client.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
      return rest(client);
    }
  }

  private static String rest(Socket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
