package io.tidegate.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkNamespacesTest {

  private static final int SOL_SOCKET = 1;
  private static final int SO_NETNS_COOKIE = 71;
  private static final MethodHandle GETSOCKOPT = getsockopt();

  private final String name = "tidegate-test-" + UUID.randomUUID().toString().substring(0, 8);
  private final Path namespace = Path.of("/run/netns", name);

  @AfterEach
  void removeNamespace() throws Exception {
    if (Files.exists(namespace)) {
      ip("netns", "del", name);
    }
  }

  @Test
  void opensSocketsInTheOtherNamespaceAndComesBack() throws Exception {
    addNamespace();
    NetworkNamespaces namespaces = new NetworkNamespaces();
    Path before = ownNamespace();

    long there = cookie(namespaces.openStream(namespace.toString(), false));
    long thereV6 = cookie(namespaces.openStream(namespace.toString(), true));
    long thereDatagram = cookie(namespaces.openDatagram(namespace.toString(), false));
    long here = cookie(Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM, 0));

    assertThat(there).isNotEqualTo(here).isEqualTo(thereV6).isEqualTo(thereDatagram);
    assertThat(ownNamespace()).isEqualTo(before);
  }

  @Test
  void followsANamespaceThatWasMadeAnewAtTheSamePath() throws Exception {
    addNamespace();
    NetworkNamespaces namespaces = new NetworkNamespaces();
    long first = cookie(namespaces.openStream(namespace.toString(), false));

    ip("netns", "del", name);
    addNamespace();

    assertThat(cookie(namespaces.openStream(namespace.toString(), false))).isNotEqualTo(first);
  }

  @Test
  void checkEntersAndLeavesTheCallerWhereItWas() throws Exception {
    addNamespace();
    Path before = ownNamespace();

    NetworkNamespaces.check(namespace);

    assertThat(ownNamespace()).isEqualTo(before);
  }

  @Test
  void namesThePathOfAMissingNamespace() throws Exception {
    NetworkNamespaces namespaces = new NetworkNamespaces();

    assertThatThrownBy(() -> namespaces.openStream("/run/netns/none-such", false))
        .isInstanceOf(IOException.class)
        .hasMessage("/run/netns/none-such: open: No such file or directory");
    assertThatThrownBy(() -> NetworkNamespaces.check(Path.of("/run/netns/none-such")))
        .isInstanceOf(IOException.class)
        .hasMessage("/run/netns/none-such: open: No such file or directory");
  }

  @Test
  void refusesAFileThatIsNoNamespaceAndLeavesNothingOpen(@TempDir Path dir) throws Exception {
    Path file = Files.createFile(dir.resolve("ingress_sbox"));
    NetworkNamespaces namespaces = new NetworkNamespaces();

    assertThatThrownBy(() -> namespaces.openStream(file.toString(), false))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": setns: ");
    try (var fds = Files.list(Path.of("/proc/self/fd"))) {
      assertThat(fds.map(NetworkNamespacesTest::target)).doesNotContain(file.toString());
    }
  }

  @Test
  void refusesVirtualThreads() throws Exception {
    NetworkNamespaces namespaces = new NetworkNamespaces();
    FutureTask<Integer> open =
        new FutureTask<>(() -> namespaces.openStream("/proc/self/ns/net", false));

    Thread.ofVirtual().start(open).join();

    assertThatThrownBy(open::get).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAPathThatIsTooLong() throws Exception {
    NetworkNamespaces namespaces = new NetworkNamespaces();

    assertThatThrownBy(() -> namespaces.openStream("/" + "x".repeat(5000), false))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("open: File name too long");
  }

  private void addNamespace() throws Exception {
    assumeTrue(
        Capabilities.ofThisProcess().has(Capability.SYS_ADMIN),
        "needs CAP_SYS_ADMIN to make a network namespace");
    assumeTrue(ip("netns", "add", name) == 0, "ip netns add does not work here");
  }

  private static int ip(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "ip";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static Path ownNamespace() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** The identity of the namespace that a socket belongs to. Closes the socket. */
  private static long cookie(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cookie = arena.allocate(JAVA_LONG);
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) JAVA_LONG.byteSize());
      int result =
          (int) GETSOCKOPT.invokeExact(socket, SOL_SOCKET, SO_NETNS_COOKIE, cookie, length);
      assumeTrue(result == 0, "needs SO_NETNS_COOKIE (Linux 5.14)");
      return cookie.get(JAVA_LONG, 0);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    } finally {
      Libc.close(socket);
    }
  }

  @SuppressWarnings("restricted") // calls the C library, as the class under test does
  private static MethodHandle getsockopt() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("getsockopt"),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  }
}
