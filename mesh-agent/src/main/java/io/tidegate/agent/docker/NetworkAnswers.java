package io.tidegate.agent.docker;

import static io.tidegate.agent.docker.Fields.orElse;
import static io.tidegate.agent.docker.Fields.orEmpty;
import static io.tidegate.agent.docker.Fields.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/** What Docker answers about networks, in the manner of {@link DockerAnswers}. */
public final class NetworkAnswers {

  private NetworkAnswers() {}

  /** GET /networks/ID, the last two only with verbose=true; or an element of GET /networks. */
  public record Network(
      @JsonProperty("Id") String id,
      @JsonProperty("Name") String name,
      @JsonProperty("Ingress") boolean ingress,
      @JsonProperty("Containers") Map<String, NetworkContainer> containers,
      @JsonProperty("Peers") List<Peer> peers,
      @JsonProperty("Services") Map<String, GossipService> services) {
    public Network {
      id = required("Id", id);
      name = orEmpty(name);
      containers = orEmpty(containers);
      peers = orEmpty(peers);
      services = orEmpty(services);
    }
  }

  /** An element of GET /networks, as far as it says which addresses a network has. */
  record Listed(
      @JsonProperty("Id") String id,
      @JsonProperty("Name") String name,
      @JsonProperty("Scope") String scope,
      @JsonProperty("IPAM") Ipam ipam) {
    Listed {
      id = required("Id", id);
      name = orEmpty(name);
      scope = orEmpty(scope);
      ipam = orElse(ipam, new Ipam(List.of()));
    }
  }

  /** How a network gives out addresses. */
  record Ipam(@JsonProperty("Config") List<Pool> pools) {
    Ipam {
      pools = orEmpty(pools);
    }
  }

  /** Addresses that a network gives out, in the form of CIDR. */
  record Pool(@JsonProperty("Subnet") String subnet) {
    Pool {
      subnet = orEmpty(subnet);
    }
  }

  /** An element of GET /containers/json, as far as it says on which networks a container is. */
  record Member(@JsonProperty("NetworkSettings") Memberships settings) {
    Member {
      settings = orElse(settings, new Memberships(Map.of()));
    }
  }

  /** The networks of a container by their names. */
  record Memberships(@JsonProperty("Networks") Map<String, Membership> networks) {
    Memberships {
      networks = orEmpty(networks);
    }
  }

  /** A network that a container is on. */
  record Membership(@JsonProperty("NetworkID") String networkId) {
    Membership {
      networkId = orEmpty(networkId);
    }
  }

  /** A local container on a network; its endpoint there has an id that no other ever has. */
  public record NetworkContainer(
      @JsonProperty("EndpointID") String endpointId,
      @JsonProperty("IPv4Address") String ipv4Address) {
    public NetworkContainer {
      endpointId = orEmpty(endpointId);
      ipv4Address = orEmpty(ipv4Address);
    }
  }

  /** A node that takes part in the gossip of a network. */
  public record Peer(@JsonProperty("IP") String address) {
    public Peer {
      address = orEmpty(address);
    }
  }

  /** A service as gossip tells it; ports as in {@code Target: 80, Publish: 8080}. */
  public record GossipService(
      @JsonProperty("VIP") String virtualIp,
      @JsonProperty("Ports") List<String> ports,
      @JsonProperty("Tasks") List<GossipTask> tasks) {
    public GossipService {
      virtualIp = orEmpty(virtualIp);
      ports = orEmpty(ports);
      tasks = orEmpty(tasks);
    }
  }

  /** A task as gossip tells it, with its node's address as {@code Host IP} in the info. */
  public record GossipTask(
      @JsonProperty("Name") String name,
      @JsonProperty("EndpointIP") String address,
      @JsonProperty("Info") Map<String, String> info) {
    public GossipTask {
      name = orEmpty(name);
      address = orEmpty(address);
      info = orEmpty(info);
    }

    public String hostAddress() {
      return info.getOrDefault("Host IP", "");
    }
  }
}
