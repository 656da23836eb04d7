package io.tidegate.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.routing.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {

  @TempDir Path folder;
  private Path file;
  private FileSource source;
  private final List<Topology> seen = new CopyOnWriteArrayList<>();

  @BeforeEach
  void writeFile() throws IOException {
    file = folder.resolve("routes.yml");
    Files.writeString(file, routes(80));
    source = new FileSource(file);
  }

  @AfterEach
  void close() {
    source.close();
  }

  @Test
  void handsOverWhatTheFileSaysBeforeStartReturns() {
    source.start(seen::add);
    assertThat(ports()).containsExactly("80/tcp");
    assertThat(source.status().hasTopology()).isTrue();
    assertThat(source.status().error()).isNull();
  }

  @Test
  void refusesToStartOnBadContentOrNone() throws IOException {
    Files.writeString(file, "routes: 7");
    assertThatThrownBy(() -> source.start(seen::add))
        .isInstanceOf(YamlException.class)
        .hasMessage(file + ":1: routes: not a list (expected: a list)");
    Files.delete(file);
    assertThatThrownBy(() -> source.start(seen::add))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(file + ": no such file");
    assertThat(seen).isEmpty();
  }

  @Test
  void followsAFileThatIsWrittenInPlace() throws IOException {
    source.start(seen::add);
    Files.writeString(file, routes(81));
    await().until(() -> ports().contains("81/tcp"));
  }

  @Test
  void followsAFileThatIsReplaced() throws IOException {
    source.start(seen::add);
    Path next = Files.writeString(folder.resolve("next.yml"), routes(81));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    await().until(() -> ports().contains("81/tcp"));
  }

  @Test
  void followsALinkThatIsPointedAtAnotherFile(@TempDir Path elsewhere) throws IOException {
    Path first = Files.writeString(elsewhere.resolve("first"), routes(80));
    Path second = Files.writeString(elsewhere.resolve("second"), routes(81));
    Path data = Files.createSymbolicLink(elsewhere.resolve("data"), first);
    Path link = Files.createSymbolicLink(folder.resolve("link.yml"), data);
    source = new FileSource(link);
    source.start(seen::add);
    Files.delete(data);
    Files.createSymbolicLink(data, second);
    await().until(() -> ports().contains("81/tcp"));
  }

  @Test
  void keepsTheLastGoodRoutesWhenContentIsRefused() throws IOException {
    source.start(seen::add);
    Files.writeString(file, "routes:\n  - prot: 81\n");
    await().until(() -> source.status().rejected() == 1);
    assertThat(source.status().error())
        .startsWith(file + ":2: prot: unknown (expected: allow, balance, ");
    assertThat(source.status().failures()).isZero();
    assertThat(ports()).containsExactly("80/tcp");

    Files.writeString(file, routes(82));
    await().until(() -> ports().contains("82/tcp"));
    assertThat(source.status().error()).isNull();
    assertThat(source.status().rejected()).isEqualTo(1);
  }

  @Test
  void refusesTheSameBadContentOnce() throws IOException {
    source.start(seen::add);
    Files.writeString(file, "routes: 7");
    await().until(() -> source.status().rejected() == 1);
    Files.writeString(folder.resolve("other"), "an event in the same folder");
    Instant before = Objects.requireNonNull(source.status().lastSuccess());
    Files.writeString(file, routes(81));
    await().until(() -> ports().contains("81/tcp"));
    assertThat(source.status().rejected()).isEqualTo(1);
    assertThat(source.status().lastSuccess()).isAfter(before);
  }

  @Test
  void keepsTheLastGoodRoutesWhenTheFileGoesAndComesBack() throws IOException {
    source.start(seen::add);
    Files.delete(file);
    await().until(() -> source.status().failures() > 0);
    assertThat(source.status().error()).isEqualTo(file + ": no such file");
    assertThat(ports()).containsExactly("80/tcp");

    Files.writeString(file, routes(80));
    await().until(() -> source.status().error() == null);
    assertThat(ports()).containsOnly("80/tcp");
  }

  @Test
  void confirmsAnUnchangedFileWithoutHandingItOverAgain() {
    source.start(seen::add);
    Instant started = Objects.requireNonNull(source.status().lastSuccess());
    await().until(() -> started.isBefore(source.status().lastSuccess()));
    assertThat(seen).hasSize(1);
  }

  @Test
  void refusesAFileThatIsTooLarge() throws IOException {
    source.start(seen::add);
    Files.writeString(file, routes(81) + "#".repeat(Yaml.MAX_BYTES));
    await().until(() -> source.status().rejected() == 1);
    assertThat(source.status().error()).contains("larger than 1048576 bytes");
  }

  @Test
  void handsNothingOverAfterClose() throws IOException {
    source.start(seen::add);
    source.close();
    Files.writeString(file, routes(81));
    assertThat(ports()).containsExactly("80/tcp");
  }

  private static String routes(int port) {
    return "routes: [{port: " + port + ", endpoints: [10.0.0.5:80]}]\n";
  }

  private List<String> ports() {
    return seen.stream()
        .flatMap(topology -> topology.services().stream())
        .map(service -> service.publications().getFirst().port().toString())
        .toList();
  }
}
