package io.tidegate.agent.docker;

import com.fasterxml.jackson.core.type.TypeReference;
import io.tidegate.agent.source.NodeNetworks;
import io.tidegate.routing.Cidr;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks a daemon which addresses the networks of this node's containers give out. */
public final class NetworkReader {

  private static final String BRIDGE = "docker_gwbridge";
  private static final TypeReference<List<NetworkAnswers.Listed>> NETWORKS =
      new TypeReference<>() {};
  private static final TypeReference<List<NetworkAnswers.Member>> MEMBERS =
      new TypeReference<>() {};

  private final DockerApi docker;

  public NetworkReader(DockerApi docker) {
    this.docker = docker;
  }

  /**
   * Reads them: all that are this node's alone, and of the Swarm's those that a container here is
   * on; a manager knows of others too.
   *
   * @throws IOException if the daemon does not tell
   */
  public NodeNetworks read() throws IOException, InterruptedException {
    List<NetworkAnswers.Listed> networks = docker.get("/networks", NETWORKS);
    Set<String> joined =
        docker.get("/containers/json", MEMBERS).stream()
            .flatMap(member -> member.settings().networks().values().stream())
            .map(NetworkAnswers.Membership::networkId)
            .collect(Collectors.toSet());
    List<Cidr> blocks =
        networks.stream()
            .filter(network -> !network.scope().equals("swarm") || joined.contains(network.id()))
            .flatMap(NetworkReader::blocks)
            .distinct()
            .toList();
    boolean ipv6 =
        networks.stream()
            .filter(network -> network.name().equals(BRIDGE))
            .flatMap(network -> network.ipam().pools().stream())
            .anyMatch(pool -> pool.subnet().contains(":"));
    return new NodeNetworks(blocks, ipv6);
  }

  private static Stream<Cidr> blocks(NetworkAnswers.Listed network) {
    return network.ipam().pools().stream()
        .map(NetworkAnswers.Pool::subnet)
        .flatMap(NetworkReader::block);
  }

  /** Docker writes the subnet as it was asked for, which may be any address in it. */
  private static Stream<Cidr> block(String subnet) {
    int slash = subnet.indexOf('/');
    InetAddress address = Addresses.parse(subnet);
    if (address == null || slash < 0) {
      return Stream.empty();
    }
    try {
      return Stream.of(Cidr.of(address, Integer.parseInt(subnet.substring(slash + 1))));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }
}
