package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.source.NodeNetworks;
import io.tidegate.routing.Cidr;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkReaderTest {

  @TempDir Path dir;

  private NodeNetworks read(String networks, String containers) throws Exception {
    try (FakeDocker docker = new FakeDocker(dir);
        DockerApi api = new DockerApi(new DockerConfig(docker.host(), Duration.ofSeconds(5)))) {
      docker.answer("/networks", networks);
      docker.answer("/containers/json", containers);
      return new NetworkReader(api).read();
    }
  }

  private static String network(String id, String name, String scope, String pools) {
    return """
        {"Id":"%s","Name":"%s","Scope":"%s","IPAM":{"Driver":"default","Config":%s}}\
        """
        .formatted(id, name, scope, pools);
  }

  @Test
  void readsTheRangesOfNetworksThatContainersHereAreOn() throws Exception {
    NodeNetworks networks =
        read(
            "["
                + String.join(
                    ",",
                    network("a", "bridge", "local", "[{\"Subnet\":\"172.17.0.0/16\"}]"),
                    network("b", "host", "local", "null"),
                    network(
                        "c",
                        "docker_gwbridge",
                        "local",
                        "[{\"Subnet\":\"172.18.0.0/16\",\"Gateway\":\"172.18.0.1\"}]"),
                    network("d", "ingress", "swarm", "[{\"Subnet\":\"10.0.0.0/24\"}]"),
                    network("e", "elsewhere", "swarm", "[{\"Subnet\":\"10.0.1.0/24\"}]"))
                + "]",
            "[{\"Id\":\"x\",\"NetworkSettings\":{\"Networks\":{\"ingress\":{\"NetworkID\":\"d\"}}}}]");

    assertThat(networks.blocks())
        .containsExactly(
            Cidr.parse("172.17.0.0/16"), Cidr.parse("172.18.0.0/16"), Cidr.parse("10.0.0.0/24"));
    assertThat(networks.ipv6()).isFalse();
  }

  @Test
  void tellsWhetherTheBridgeHasIpv6AndPassesOverWhatIsNoRange() throws Exception {
    NodeNetworks networks =
        read(
            "["
                + network(
                    "c",
                    "docker_gwbridge",
                    "local",
                    "[{\"Subnet\":\"fd00:9::1/64\"},{\"Subnet\":\"nonsense\"},{\"Subnet\":\"10.0.0.0/99\"}]")
                + "]",
            "[]");

    assertThat(networks.blocks()).containsExactly(Cidr.parse("fd00:9::/64"));
    assertThat(networks.ipv6()).isTrue();
  }
}
