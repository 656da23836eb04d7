package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.peer.StateFile.Saved;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set by JUnit.
  private Path dir;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private StateFile file;

  @BeforeEach
  void name() {
    file = new StateFile(dir.resolve("new"));
  }

  @Test
  void readsWhatWasWrittenLast() throws IOException {
    ClusterState large = TestStates.services(5_000);
    file.write(new Saved("n1", 7, TestStates.services(1)));
    file.write(new Saved("n1", 8, large));

    Saved read = Objects.requireNonNull(file.read());
    assertThat(read.nodeId()).isEqualTo("n1");
    assertThat(read.savedAtMillis()).isEqualTo(8);
    assertThat(read.state().services()).containsExactlyInAnyOrderElementsOf(large.services());
    assertThat(read.state().tasks()).containsExactlyInAnyOrderElementsOf(large.tasks());
    assertThat(read.state().nodes()).containsExactlyInAnyOrderElementsOf(large.nodes());
    assertThat(dir.resolve("new")).isDirectoryNotContaining("glob:**.next");
  }

  @Test
  void isNothingBeforeTheFirstTime() throws IOException {
    assertThat(file.read()).isNull();
  }

  @Test
  void refusesEveryDamage() throws IOException {
    file.write(new Saved("n1", 8, TestStates.services(2)));
    byte[] good = Files.readAllBytes(file.path());
    for (int at = 0; at < good.length; at++) {
      byte[] damaged = good.clone();
      damaged[at] ^= 1;
      Files.write(file.path(), damaged);
      assertThatThrownBy(file::read)
          .as("byte %d", at)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(file.path().toString());
    }
  }

  @Test
  void refusesWhatEndsTooEarly() throws IOException {
    file.write(new Saved("n1", 8, TestStates.services(2)));
    byte[] good = Files.readAllBytes(file.path());
    for (int length = 0; length < good.length; length++) {
      Files.write(file.path(), Arrays.copyOf(good, length));
      assertThatThrownBy(file::read).as("%d bytes", length).hasMessageContaining("too early");
    }
  }

  @Test
  void leavesNothingBehindWhereItCannotBeWritten() throws IOException {
    Files.createDirectories(file.path().resolve("in the way"));

    assertThatThrownBy(() -> file.write(new Saved("n1", 9, TestStates.services(2))))
        .isInstanceOf(IOException.class);
    assertThat(dir.resolve("new")).isDirectoryNotContaining("glob:**.next");
  }

  @Test
  void twoAgentsMayWriteAtOnce() throws Exception {
    StateFile other = new StateFile(dir.resolve("new"));
    Thread thread = Thread.ofPlatform().unstarted(() -> writeOften(other));
    List<Throwable> faults = new CopyOnWriteArrayList<>();
    thread.setUncaughtExceptionHandler((_, fault) -> faults.add(fault));
    thread.start();
    writeOften(file);
    thread.join();

    assertThat(faults).isEmpty();
    assertThat(file.read()).isNotNull();
    assertThat(dir.resolve("new")).isDirectoryNotContaining("glob:**.next");
  }

  private static void writeOften(StateFile file) {
    for (int i = 0; i < 100; i++) {
      try {
        file.write(new Saved("n1", i, TestStates.services(i)));
        assertThat(file.read()).isNotNull();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void removesWhatRunsThatBrokeOffHaveLeft() throws IOException {
    long nowMillis = 1_700_000_000_000L;
    Path old =
        Files.createFile(Files.createDirectories(dir.resolve("new")).resolve("state.1.next"));
    Path others = Files.createFile(dir.resolve("new/state.2.next"));
    Files.setLastModifiedTime(old, FileTime.fromMillis(nowMillis - Duration.ofHours(1).toMillis()));
    Files.setLastModifiedTime(others, FileTime.fromMillis(nowMillis - 1_000));

    file.write(new Saved("n1", nowMillis, TestStates.services(1)));

    assertThat(old).doesNotExist();
    assertThat(others).exists();
  }
}
