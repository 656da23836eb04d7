package io.tidegate.agent.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.kernel.UnixSocket;
import io.tidegate.proxy.PassedSocket;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The place of an agent, asked for and given. */
@Timeout(60)
class HandoverServerTest {

  private static final Instance AGENT = new Instance("1.0", "net:[1]", "127.0.0.1:9180");
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final List<String> told = new CopyOnWriteArrayList<>();
  private Path file;
  private HandoverServer server;

  /** Of an agent that listens nowhere, and remembers what it was told. */
  private final class Remembered implements HandoverServer.Estate {

    @Override
    public List<PassedSocket> lend() {
      told.add("lend");
      return List.of();
    }

    @Override
    public void takeBack() {
      told.add("take back");
    }

    @Override
    public void letGo() {
      told.add("let go");
    }

    @Override
    public void onDone() {
      told.add("done");
    }
  }

  @BeforeEach
  void start() throws IOException {
    file = folder.resolve("state/handover.sock");
    server = HandoverServer.start(file, AGENT, new Remembered());
  }

  @AfterEach
  void end() {
    server.close();
  }

  private HandoverClient ask() throws PlaceTakenException {
    return Objects.requireNonNull(HandoverClient.ask(file, AGENT));
  }

  private void awaitTold(String... all) {
    await().untilAsserted(() -> assertThat(told).containsExactly(all));
  }

  @Test
  void givesThePlaceOnceTheOtherIsReady() throws Exception {
    try (HandoverClient takeover = ask()) {
      awaitTold("lend");
      assertThat(takeover.finish()).isTrue();
      awaitTold("lend", "let go", "done");
    }
  }

  @Test
  void leavesTheFileToTheNextOne() throws Exception {
    try (HandoverClient takeover = ask()) {
      assertThat(takeover.finish()).isTrue();
      try (HandoverServer _ = HandoverServer.start(file, AGENT, new Remembered())) {
        server.close();
        assertThat(file).exists();
      }
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void goesOnWhereTheOtherEndsBeforeItIsReady() throws Exception {
    ask().close();
    awaitTold("lend", "take back");
    await().until(() -> !server.isGiving());
    try (HandoverClient takeover = ask()) {
      assertThat(takeover.finish()).isTrue();
    }
    awaitTold("lend", "take back", "lend", "let go", "done");
  }

  @Test
  void givesThePlaceToOneAtATime() throws Exception {
    try (HandoverClient takeover = ask()) {
      assertThatThrownBy(this::ask)
          .isInstanceOf(PlaceTakenException.class)
          .hasMessage("hand-over: another agent is taking over");
      assertThat(takeover.finish()).isTrue();
    }
  }

  @Test
  void givesItToNobodyElse() throws Exception {
    assertThat(HandoverClient.ask(file, new Instance("1.0", "net:[2]", AGENT.admin()))).isNull();
    assertThat(HandoverClient.ask(file, new Instance("1.0", AGENT.namespace(), "127.0.0.1:1")))
        .isNull();
    assertThat(told).isEmpty();
  }

  @Test
  void isTheSameAgentInWhateverVersion() throws Exception {
    Instance newer = new Instance("2.0", AGENT.namespace(), AGENT.admin());
    try (HandoverClient takeover = Objects.requireNonNull(HandoverClient.ask(file, newer))) {
      assertThat(takeover.predecessor())
          .isEqualTo("tidegate 1.0 (pid %d)", ProcessHandle.current().pid());
      assertThat(takeover.finish()).isTrue();
    }
  }

  @Test
  void refusesAProtocolThatItDoesNotSpeak() throws Exception {
    try (UnixSocket socket = UnixSocket.connect(file, LIMIT)) {
      new Message.Hello(2, AGENT).send(socket);
      assertThat(Message.receive(socket))
          .isEqualTo(new Message.Refused(false, "protocol: 2 (expected: 1)"));
    }
    assertThat(told).isEmpty();
  }

  @Test
  void listensToNoNonsense() throws Exception {
    for (int length : new int[] {-1, 0, Message.MOST_BYTES + 1}) {
      assertHangsUp(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    }
    assertHangsUp(new byte[] {0, 0, 0, 1, 9});
    assertHangsUp(new byte[] {0, 0, 0, 2, 1, 0});
    assertHangsUp(new byte[] {0, 0, 0, 5, 1, 'H', 'T', 'T', 'P'});
    assertHangsUp(new byte[] {0, 0, 0, 1, 4});
    assertThat(told).isEmpty();
    try (HandoverClient takeover = ask()) {
      assertThat(takeover.finish()).isTrue();
    }
  }

  private void assertHangsUp(byte[] said) throws IOException {
    try (UnixSocket socket = UnixSocket.connect(file, LIMIT)) {
      socket.send(said);
      assertThatThrownBy(() -> socket.receive(1)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void goesOnWhereTheOtherSaysSomethingElse() throws Exception {
    try (UnixSocket socket = UnixSocket.connect(file, LIMIT)) {
      new Message.Hello(Message.PROTOCOL, AGENT).send(socket);
      assertThat(Message.receive(socket)).isEqualTo(new Message.Granted("1.0", List.of()));
      new Message.Done().send(socket);
      assertThatThrownBy(() -> socket.receive(1)).isInstanceOf(EOFException.class);
    }
    awaitTold("lend", "take back");
  }

  @Test
  void hearsTheNextOneAfterItCouldNotHearOne() {
    AtomicInteger asked = new AtomicInteger();
    server.acceptAll(
        () -> {
          if (asked.incrementAndGet() == 2) {
            server.close();
          }
          throw new IOException("accept(..) failed: Too many open files");
        });

    assertThat(asked).hasValue(2);
  }

  @Test
  void findsNobodyWhereNobodyIsHeardAnyMore() throws Exception {
    server.close();
    assertThat(HandoverClient.ask(file, AGENT)).isNull();
    UnixSocket.listen(file).close();
    assertThat(file).exists();
    assertThat(HandoverClient.ask(file, AGENT)).isNull();
    server = HandoverServer.start(file, AGENT, new Remembered());
    try (HandoverClient takeover = ask()) {
      assertThat(takeover.finish()).isTrue();
    }
  }

  @Test
  void leavesAFileAloneWhereSomebodyIsHeard() {
    assertThatThrownBy(() -> HandoverServer.start(file, AGENT, new Remembered()))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": another agent listens there");
  }

  @Test
  void leavesThePlaceToItselfWhenItEnds() throws Exception {
    try (HandoverClient takeover = ask()) {
      server.close();
      assertThat(takeover.finish()).isFalse();
    }
    awaitTold("lend", "take back");
    assertThat(Files.exists(file)).isFalse();
  }
}
