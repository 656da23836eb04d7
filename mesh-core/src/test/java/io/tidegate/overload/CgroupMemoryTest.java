package io.tidegate.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupMemoryTest {

  @TempDir private Path root;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(root.resolve("docker/own"));
    Files.writeString(root.resolve("membership"), "0::/docker/own\n");
  }

  @Test
  void countsAllButWhatTheKernelCanTakeBack() throws IOException {
    write("docker/own", "1000", 700);
    assertThat(memory().ratio()).hasValue(0.6);
  }

  @Test
  void goesByTheLimitOfWhateverIsAbove() throws IOException {
    write("docker/own", "max", 700);
    write("docker", "1000", 900);
    assertThat(memory().ratio()).hasValue(0.8);
  }

  @Test
  void hasNoShareWithoutALimit() throws IOException {
    write("docker/own", "max", 700);
    assertThat(memory().ratio()).isEmpty();
  }

  @Test
  void hasNoShareWhereThereAreNoCgroups() throws IOException {
    assertThat(memory().ratio()).isEmpty();
    Files.writeString(root.resolve("membership"), "5:memory:/docker/own\n");
    assertThat(memory().ratio()).isEmpty();
    Files.delete(root.resolve("membership"));
    assertThat(memory().ratio()).isEmpty();
  }

  @Test
  void hasNoShareWhereReadingBreaksOff() throws IOException {
    write("docker/own", "1000", 700);
    Path statistics = root.resolve("docker/own/memory.stat");
    Files.delete(statistics);
    Files.createDirectory(statistics);
    assertThat(memory().ratio()).isEmpty();
  }

  private CgroupMemory memory() {
    return CgroupMemory.of(root, root.resolve("membership"));
  }

  private void write(String directory, String limit, int used) throws IOException {
    Path own = root.resolve(directory);
    Files.writeString(own.resolve("memory.max"), limit + "\n");
    Files.writeString(own.resolve("memory.current"), used + "\n");
    Files.writeString(
        own.resolve("memory.stat"), "anon 600\nfile 100\ninactive_file 70\nactive_file 30\n");
  }
}
