package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerApiTest {

  private static final TypeReference<List<DockerAnswers.Node>> NODES = new TypeReference<>() {};

  @TempDir Path dir;
  private FakeDocker daemon;
  private DockerApi docker;

  @BeforeEach
  void start() throws Exception {
    daemon = new FakeDocker(dir);
    docker = docker(daemon.host(), Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() throws Exception {
    docker.close();
    daemon.close();
  }

  private static DockerApi docker(URI host, Duration timeout) {
    return new DockerApi(new DockerConfig(host, timeout));
  }

  @ParameterizedTest
  @CsvSource({"1.41, 1.41", "1.44, 1.44", "1.55, 1.47"})
  void speaksTheNewestVersionThatBothKnow(String daemons, String spoken) throws Exception {
    daemon.speak(daemons);
    daemon.answer("/nodes", "[]");

    docker.get("/nodes", NODES);

    assertThat(daemon.requests()).containsExactly("/_ping", "/v" + spoken + "/nodes");
  }

  @Test
  void asksForTheVersionAgainOnceItIsForgotten() throws Exception {
    daemon.answer("/nodes", "[]");
    docker.get("/nodes", NODES);
    daemon.speak("1.44");

    docker.forgetVersion();
    docker.get("/nodes", NODES);

    assertThat(daemon.requests()).endsWith("/v1.44/nodes");
  }

  @Test
  void tellsDockersOwnMessage() {
    daemon.fail("/nodes", 500, "rpc error: The swarm does not have a leader");

    assertThatThrownBy(() -> docker.get("/nodes", NODES))
        .isInstanceOfSatisfying(DockerException.class, e -> assertThat(e.status()).isEqualTo(500))
        .hasMessage("GET /v1.41/nodes: 500 rpc error: The swarm does not have a leader");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "{\"ID\":1}", "[{\"ID\":", "[{\"Status\":{}}]", "null", ""})
  void refusesNonsense(String body) {
    daemon.answer("/nodes", body);

    assertThatThrownBy(() -> docker.get("/nodes", NODES))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("GET /v1.41/nodes: ");
  }

  @Test
  void givesUpOnAnAnswerThatDoesNotCome() throws Exception {
    try (DockerApi hasty = docker(daemon.host(), Duration.ofMillis(200))) {
      daemon.answer("/nodes", "[]");
      hasty.get("/nodes", NODES);
      daemon.hang("/nodes");

      assertThatThrownBy(() -> hasty.get("/nodes", NODES))
          .isInstanceOf(IOException.class)
          .hasMessageEndingWith("GET /v1.41/nodes: no answer within 200 ms");
    }
  }

  @Test
  void namesTheSocketThatIsNotThere() {
    URI nowhere = URI.create("unix://" + dir.resolve("none.sock"));
    try (DockerApi lost = docker(nowhere, Duration.ofSeconds(10))) {
      assertThatThrownBy(() -> lost.get("/nodes", NODES))
          .isInstanceOf(IOException.class)
          .hasMessage(nowhere + ": No such file or directory");
    }
  }

  @Test
  void followsEventsUntilTheStreamEnds() throws Exception {
    Queue<String> actions = new ConcurrentLinkedQueue<>();
    FutureTask<Void> following =
        new FutureTask<>(
            () -> {
              docker.events(Map.of(), () -> actions.add("connected"), e -> actions.add(e.action()));
              return null;
            });
    Thread.ofVirtual().start(following);
    await().until(() -> daemon.followers() == 1);

    for (String event : Answers.text("n1.events.jsonl").lines().limit(2).toList()) {
      daemon.event(event);
    }
    await().until(() -> actions.size() == 3);
    daemon.cutEvents();

    assertThatThrownBy(following::get).hasCauseInstanceOf(IOException.class);
    assertThat(actions).first().isEqualTo("connected");
  }

  @Test
  void tellsThatItFollowsBeforeAnythingHappens() throws Exception {
    Queue<String> actions = new ConcurrentLinkedQueue<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                new FutureTask<>(
                    () -> {
                      docker.events(Map.of(), () -> actions.add("connected"), event -> {});
                      return null;
                    }));

    await().until(() -> actions.contains("connected"));

    thread.interrupt();
    assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void endsAnEventStreamThatIsInterrupted() throws Exception {
    FutureTask<Void> following =
        new FutureTask<>(
            () -> {
              docker.events(Map.of(), () -> {}, event -> {});
              return null;
            });
    Thread thread = Thread.ofVirtual().start(following);
    await().until(() -> daemon.followers() == 1);

    thread.interrupt();

    assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void refusesAnAnswerThatIsTooLong() {
    BoundedInputStream stream =
        new BoundedInputStream(new java.io.ByteArrayInputStream(new byte[11]), 10, "GET /tasks");

    assertThatThrownBy(stream::readAllBytes)
        .isInstanceOf(IOException.class)
        .hasMessage("GET /tasks: an answer of more than 10 bytes");
  }
}
