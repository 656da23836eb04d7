package io.tidegate.agent.vip;

import io.tidegate.agent.linux.TestNamespace;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands in for an overlay network on one node: containers and Docker's sandbox at one bridge.
 *
 * <pre>
 *   container 10.30.0.11 ──┐
 *   container 10.30.0.12 ──┼── bridge ──── eth0 10.30.0.2, sandbox
 *   …                    ──┘
 * </pre>
 *
 * In place of IPVS, where a test wants that, the sandbox translates addresses that it has.
 */
final class Overlay implements AutoCloseable {

  static final String ID = "net012345678901234567890";
  static final Inet4Address VIP = Inet4Address.ofLiteral("10.30.0.100");
  static final Inet4Address SANDBOX = Inet4Address.ofLiteral("10.30.0.2");

  /** Of the container to which Docker leads. */
  static final String DOCKERS = "10.30.0.19";

  private static final String IPVS =
      """
      table ip docker {
        chain inward {
          type nat hook prerouting priority -100;
          ip daddr 10.30.0.100 ct mark != { 0x7475, 0x7476 } dnat to 10.30.0.19
        }
        chain outward {
          type nat hook postrouting priority 100;
          ip daddr 10.30.0.19 ct status dnat masquerade
        }
        chain ipvs {
          type filter hook input priority 98;
          meta mark 0x101 meta l4proto tcp counter
        }
      }
      """;

  /** Of sandboxes, as Docker has one. */
  final Path folder;

  TestNamespace sandbox;
  private final TestNamespace bridge;
  private final List<TestNamespace> containers = new ArrayList<>();

  Overlay() throws IOException {
    bridge = TestNamespace.add();
    folder = Files.createTempDirectory("tidegate-overlay");
    bridge.run("ip link add overlay type bridge");
    bridge.run("ip link set overlay up");
    sandbox = TestNamespace.add();
    furnishSandbox();
  }

  private void furnishSandbox() throws IOException {
    connect(sandbox, SANDBOX.getHostAddress());
    Files.createSymbolicLink(path(), sandbox.path);
  }

  /** Another container of the network. */
  TestNamespace container(String address) throws IOException {
    TestNamespace container = TestNamespace.add();
    containers.add(container);
    connect(container, address);
    return container;
  }

  private void connect(TestNamespace from, String address) throws IOException {
    String peer = "p" + address.substring(address.lastIndexOf('.') + 1);
    from.run("ip link add eth0 type veth peer name %s netns %s".formatted(peer, bridge.name));
    from.run("ip addr add %s/24 dev eth0".formatted(address));
    from.run("ip link set eth0 up");
    bridge.run("ip link set %s master overlay".formatted(peer));
    bridge.run("ip link set %s up".formatted(peer));
  }

  /** Docker serves the address by its own means: by the container that only it knows. */
  void haveDockerServe() throws IOException {
    sandbox.run("sysctl -q -w net.ipv4.ip_forward=1");
    sandbox.run("ip addr add %s/32 dev eth0".formatted(VIP.getHostAddress()));
    sandbox.run("iptables -w -t mangle -A INPUT -d 10.30.0.100 -j MARK --set-mark 0x101");
    sandbox.program("nft").run(IPVS, "-f", "-");
  }

  /** How many packets of TCP IPVS would have taken. */
  String takenByIpvs() throws IOException {
    return sandbox.run("nft list chain ip docker ipvs");
  }

  /** The last task of this node has ended. */
  void removeSandbox() throws IOException {
    Files.delete(path());
    bridge.run("ip link del p2");
    sandbox.close();
  }

  /** A task is here again. */
  void addSandbox() throws IOException {
    sandbox = TestNamespace.add();
    furnishSandbox();
  }

  Path path() {
    return pathOf(ID);
  }

  /** Where Docker would have the sandbox of a network. */
  Path pathOf(String networkId) {
    return folder.resolve("lb_" + networkId.substring(0, 9));
  }

  /** Of the sandbox's link, by which containers reach its addresses. */
  String linkAddress() throws IOException {
    String shown = sandbox.run("ip -o link show dev eth0");
    String address = shown.substring(shown.indexOf("link/ether ") + "link/ether ".length());
    return address.substring(0, address.indexOf(' '));
  }

  /** All rules, routes and addresses of the sandbox. */
  String rules() throws IOException {
    return sandbox.run("nft --stateless list ruleset")
        + sandbox.run("ip rule list")
        + sandbox.run("ip -6 rule list")
        + sandbox.run("ip -4 route show table all")
        + sandbox.run("ip -4 addr");
  }

  @Override
  public void close() throws IOException {
    for (TestNamespace container : containers) {
      container.close();
    }
    if (Files.exists(path())) {
      sandbox.close();
    }
    bridge.close();
    removeFolder();
  }

  private void removeFolder() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      for (Path path : left) {
        Files.delete(path);
      }
    }
    Files.delete(folder);
  }
}
