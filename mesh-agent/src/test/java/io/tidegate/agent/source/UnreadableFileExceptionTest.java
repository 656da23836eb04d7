package io.tidegate.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnreadableFileExceptionTest {

  private static final Path FILE = Path.of("stack.yml");

  @TempDir Path folder;

  @Test
  void saysThatTheFileMayNotBeRead() {
    assertThat(new UnreadableFileException(FILE, new AccessDeniedException("stack.yml")))
        .hasMessage("stack.yml: permission denied");
  }

  @Test
  void saysSomethingWhereTheSystemDoesNot() {
    assertThat(new UnreadableFileException(FILE, new FileSystemException("stack.yml")))
        .hasMessage("stack.yml: cannot be read");
  }

  @Test
  void namesAFolderAndAFileThatIsNotThereOnce() {
    assertThatThrownBy(() -> Yaml.read(folder)).hasMessage(folder + ": Is a directory");
    Path none = folder.resolve("none.yml");
    assertThatThrownBy(() -> Yaml.read(none)).hasMessage(none + ": no such file");
  }

  @Test
  void namesALinkThatLeadsNowhereOnce() throws IOException {
    Path link = folder.resolve("link.yml");
    Files.createSymbolicLink(link, link);
    assertThatThrownBy(() -> Yaml.read(link)).hasMessageMatching("\\Q" + link + "\\E: Too many.*");
  }
}
