package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {

  @Test
  void runsInTheOtherNamespaceAndLeavesTheCallerWhereItWas() throws Exception {
    Path before = ownNamespace();
    try (TestNamespace namespace = TestNamespace.add()) {
      String there = namespace.run("readlink /proc/self/ns/net").strip();

      assertThat(there).startsWith("net:[").isNotEqualTo(before.toString());
      assertThat(namespace.run("readlink /proc/self/ns/net").strip()).isEqualTo(there);
    }
    assertThat(ownNamespace()).isEqualTo(before);
  }

  @Test
  void startsFromAVirtualThreadToo() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      String[] said = new String[1];
      Thread thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      said[0] = namespace.run("readlink /proc/self/ns/net").strip();
                    } catch (IOException e) {
                      said[0] = e.toString();
                    }
                  });
      thread.join();

      assertThat(said[0]).isEqualTo(namespace.run("readlink /proc/self/ns/net").strip());
    }
  }

  @Test
  void namesProgramNamespaceExitCodeAndWhatItSaid() throws Exception {
    try (TestNamespace namespace = TestNamespace.add()) {
      Program sh = namespace.program("sh");

      assertThatThrownBy(() -> sh.run("", "-c", "echo one; echo two >&2; exit 3"))
          .isInstanceOf(Program.Refused.class)
          .hasMessage("%s in %s: exit code 3: one; two", sh.file(), namespace.path);
    }
  }

  @Test
  void namesANamespaceThatIsNotThere() {
    Program sh = new Program(Path.of("/bin/sh"), Path.of("/run/netns/none-such"));

    assertThatThrownBy(() -> sh.run("", "-c", "true"))
        .isInstanceOf(IOException.class)
        .hasMessage("/run/netns/none-such: open: No such file or directory");
  }

  @Test
  void givesItsInputAndKeepsAPartOfALongOutput() throws Exception {
    Program cat = TestNamespace.here("cat");

    assertThat(cat.run("first\nsecond\n")).isEqualTo("first\nsecond\n");
    assertThat(cat.run("x".repeat(3 << 20))).isEqualTo("x".repeat(256 << 10));
  }

  @Test
  void killsWhatDoesNotEndEvenIfItReadsNothing() {
    Program sleep = TestNamespace.here("sleep");

    assertThatThrownBy(() -> sleep.tried(Duration.ofMillis(100), "x".repeat(1 << 20), "60"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(Program.Refused.class)
        .hasMessage("%s: not done after 100 ms", sleep.file());
    assertThat(ProcessHandle.current().children())
        .noneMatch(child -> child.info().command().orElse("").endsWith("/sleep"));
  }

  @Test
  void findsExecutablesInTheOrderOfTheFolders(@TempDir Path first, @TempDir Path second)
      throws Exception {
    Files.createFile(first.resolve("tool"));
    Path tool = Files.createFile(second.resolve("tool"));
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    Stream<String> folders = Stream.of("", ".", first.toString(), second.toString());

    assertThat(Program.find("tool", null, folders)).contains(new Program(tool, null));
    assertThat(Program.find("no-such-tool-anywhere", null)).isEmpty();
  }

  private static Path ownNamespace() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
  }
}
