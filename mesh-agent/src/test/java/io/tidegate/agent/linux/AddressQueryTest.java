package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.proxy.UpstreamSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressQueryTest {

  private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.7");
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  @TempDir Path dir;
  private TestNamespace namespace;
  private UpstreamSockets kernel;

  @BeforeEach
  void addNamespace() throws Exception {
    namespace = TestNamespace.add();
    kernel = new NetworkNamespaces();
    namespace.run("ip link add t0 type bridge");
    namespace.run("ip link set t0 up");
  }

  @AfterEach
  void removeNamespace() throws Exception {
    if (namespace != null && Files.exists(namespace.path)) {
      namespace.close();
    }
  }

  private boolean isHeld(String address) throws IOException {
    return kernel.holds(namespace.path.toString(), InetAddress.ofLiteral(address));
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.7,24,192.0.2.8,192.0.2.0", "2001:db8::7,64,2001:db8::8,2001:db8::"})
  void tellsAnAddressFromAWayToOthers(String address, int bits, String other, String net)
      throws Exception {
    assertThat(isHeld(address)).isFalse();
    namespace.run("ip address add %s/%d dev t0 nodad".formatted(address, bits));
    namespace.run("ip route add default dev t0");
    namespace.run("ip -6 route add default dev t0");
    Path before = Files.readSymbolicLink(OWN);
    assertThat(isHeld(address)).isTrue();
    assertThat(isHeld(other)).isFalse();
    assertThat(isHeld(net)).isFalse();
    assertThat(isHeld("198.51.100.1")).isFalse();
    assertThat(isHeld("2001:db8:1::1")).isFalse();
    assertThat(Files.readSymbolicLink(OWN)).isEqualTo(before);
    namespace.run("ip address del %s/%d dev t0".formatted(address, bits));
    assertThat(isHeld(address)).isFalse();
  }

  @Test
  void isFalseWhereTheInterfaceOrTheNamespaceIsGone() throws Exception {
    namespace.run("ip address add 192.0.2.7/24 dev t0");
    assertThat(isHeld("192.0.2.7")).isTrue();
    namespace.run("ip link del t0");
    assertThat(isHeld("192.0.2.7")).isFalse();
    namespace.close();
    assertThat(isHeld("192.0.2.7")).isFalse();
  }

  @Test
  void isFalseAtAFileWhereANamespaceWasMounted() throws Exception {
    Path file = Files.createFile(dir.resolve("unmounted"));
    assertThat(kernel.holds(file.toString(), ADDRESS)).isFalse();
    assertThatThrownBy(() -> NetworkNamespaces.isHeld(file, ADDRESS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void isToldToAnyThread() throws Exception {
    namespace.run("ip address add 192.0.2.7/24 dev t0");
    assertThat(NetworkNamespaces.isHeld(namespace.path, ADDRESS)).isTrue();
  }

  @Test
  void tellsWhetherOneOfSeveralIsMissing() throws Exception {
    namespace.run("ip address add 192.0.2.7/32 dev t0");
    namespace.run("ip address add 192.0.2.8/32 dev t0");
    List<InetAddress> both = List.of(ADDRESS, InetAddress.ofLiteral("192.0.2.8"));
    assertThat(NetworkNamespaces.areHeld(namespace.path, both)).isTrue();
    namespace.run("ip address del 192.0.2.8/32 dev t0");
    assertThat(NetworkNamespaces.areHeld(namespace.path, both)).isFalse();
    assertThat(NetworkNamespaces.areHeld(namespace.path, List.of(ADDRESS))).isTrue();
  }

  @Test
  void leavesNoDescriptorAndNoNamespaceBehind() throws Exception {
    isHeld("192.0.2.7");
    long before = descriptors();
    for (int i = 0; i < 1_000; i++) {
      isHeld("192.0.2.7");
    }
    // Others of this process come and go meanwhile.
    assertThat(descriptors()).isLessThan(before + 500);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
