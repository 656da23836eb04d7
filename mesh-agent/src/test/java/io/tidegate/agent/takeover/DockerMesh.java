package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.TestNamespace;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * What stands in for Docker's mesh on one node, without IPVS: three namespaces in a row.
 *
 * <pre>
 *   client ───────────────► host ─────────────────────► sandbox ────────────► task
 *   192.0.2.9   192.0.2.1, DNAT to 172.30.0.2      DNAT to 10.30.0.3      10.30.0.3
 * </pre>
 *
 * The host brings each published port to the sandbox as Docker does, and the sandbox on to the only
 * task that it knows, where IPVS would choose one, and hides the client's address. The agent knows
 * another one, at 10.30.0.4.
 */
final class DockerMesh implements AutoCloseable {

  static final Inet4Address NODE = Inet4Address.ofLiteral("192.0.2.1");
  static final String CLIENT_ADDRESS = "192.0.2.9";
  private static final String MARKING = "iptables -w -t mangle -A PREROUTING";
  private static final String MESH_RULES =
      """
      table ip docker {
        chain inward {
          type nat hook prerouting priority -100;
          meta mark 0x101 dnat to 10.30.0.3
        }
        chain outward {
          type nat hook postrouting priority 100;
          ip daddr 10.30.0.3 masquerade
        }
      }
      """;

  final TestNamespace client;
  final TestNamespace host;
  final TestNamespace task;
  TestNamespace sandbox;

  private DockerMesh(TestNamespace client) throws IOException {
    this.client = client;
    host = TestNamespace.add();
    task = TestNamespace.add();
    sandbox = TestNamespace.add();
  }

  static DockerMesh make() throws IOException {
    DockerMesh mesh = new DockerMesh(TestNamespace.add());
    try {
      mesh.furnish();
      return mesh;
    } catch (IOException e) {
      mesh.close();
      throw e;
    }
  }

  private void furnish() throws IOException {
    connect(client, CLIENT_ADDRESS, "wan", NODE.getHostAddress());
    client.run("ip route add default via " + NODE.getHostAddress());
    host.run("sysctl -q -w net.ipv4.ip_forward=1");
    host.program("nft")
        .run(
            """
            table ip docker {
              chain inward {
                type nat hook prerouting priority -100;
                fib daddr type local meta l4proto { tcp, udp } dnat to 172.30.0.2
              }
            }
            """,
            "-f",
            "-");
    task.run("ip link add overlay type bridge");
    task.run("ip addr add 10.30.0.3/24 dev overlay");
    task.run("ip addr add 10.30.0.4/24 dev overlay");
    task.run("ip link set overlay up");
    furnishSandbox();
  }

  /** Docker was restarted: another namespace at the same place. */
  void renewSandbox() throws IOException {
    TestNamespace before = sandbox;
    // What still has sockets there keeps the old one alive.
    host.run("ip link del gwbridge");
    task.run("ip link del sbox");
    before.close();
    sandbox = TestNamespace.addAgain(before);
    furnishSandbox();
  }

  private void furnishSandbox() throws IOException {
    connect(sandbox, "172.30.0.2", "gwbridge", "172.30.0.1");
    sandbox.run("ip link add eth0 type veth peer name sbox netns " + task.name);
    sandbox.run("ip addr add 10.30.0.2/24 dev eth0");
    sandbox.run("ip link set eth0 up");
    task.run("ip link set sbox master overlay");
    task.run("ip link set sbox up");
    sandbox.run("ip route add default via 172.30.0.1");
    sandbox.run("sysctl -q -w net.ipv4.ip_forward=1");
    sandbox.program("nft").run(MESH_RULES, "-f", "-");
    for (String protocol : new String[] {"tcp", "udp"}) {
      sandbox.run(MARKING + " -p " + protocol + " --dport 1:19999 -j MARK --set-mark 0x101");
    }
  }

  /** A cable from a namespace's eth1 to the host. */
  private void connect(TestNamespace from, String address, String peer, String peerAddress)
      throws IOException {
    from.run("ip link add eth1 type veth peer name %s netns %s".formatted(peer, host.name));
    from.run("ip addr add %s/24 dev eth1".formatted(address));
    from.run("ip link set eth1 up");
    host.run("ip addr add %s/24 dev %s".formatted(peerAddress, peer));
    host.run("ip link set %s up".formatted(peer));
  }

  /** All rules and routes of the sandbox. */
  String rules() throws IOException {
    return sandbox.run("nft --stateless list ruleset")
        + sandbox.run("ip rule list")
        + sandbox.run("ip -6 rule list")
        + sandbox.run("ip -4 route show table all");
  }

  Path path() {
    return sandbox.path;
  }

  static InetSocketAddress published(int port) {
    return new InetSocketAddress(NODE, port);
  }

  @Override
  public void close() throws IOException {
    for (TestNamespace namespace : new TestNamespace[] {client, host, sandbox, task}) {
      namespace.close();
    }
  }
}
