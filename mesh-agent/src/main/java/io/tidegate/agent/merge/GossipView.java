package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.docker.Addresses;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.routing.Node;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns what a daemon knows by gossip of its ingress network into services. Gossip tells neither
 * ids of services, labels, protocols nor what Swarm means to stop.
 */
final class GossipView {

  private static final Pattern PORT = Pattern.compile("Target: (\\d{1,5}), Publish: (\\d{1,5})");

  private GossipView() {}

  /**
   * Reads all services on the network.
   *
   * @param nodeIds the id of the node with an address, or the address if no id is known
   */
  static List<SeenService> of(NetworkAnswers.Network ingress, UnaryOperator<String> nodeIds) {
    List<SeenService> services = new ArrayList<>();
    ingress
        .services()
        .forEach(
            (name, service) -> {
              // the service without a name is the load balancers' own addresses
              if (!name.isEmpty() && !service.ports().isEmpty()) {
                services.add(
                    new SeenService(
                        name,
                        publications(service.ports()),
                        virtualIps(ingress, service),
                        tasks(service.tasks(), nodeIds)));
              }
            });
    return services;
  }

  /** The same as a manager would tell it, as far as gossip goes. */
  static ClusterState state(Collection<SeenService> services, Collection<Node> nodes) {
    List<ClusterTask> tasks = new ArrayList<>();
    for (SeenService service : services) {
      service.tasks().forEach(task -> tasks.add(task(service.name(), task)));
    }
    return new ClusterState(
        services.stream().map(GossipView::service).toList(),
        tasks,
        nodes.stream().map(GossipView::node).toList());
  }

  private static ClusterService service(SeenService service) {
    Map<String, String> virtualIps = new HashMap<>();
    service
        .virtualIps()
        .forEach(ip -> virtualIps.put(ip.networkId(), ip.address().getHostAddress()));
    return new ClusterService(
        service.name(),
        Version.UNKNOWN,
        Instant.EPOCH,
        service.name(),
        Map.of(),
        service.publications().stream().map(GossipView::port).toList(),
        virtualIps);
  }

  private static ClusterService.Port port(Publication publication) {
    return new ClusterService.Port(
        publication.port().protocol() == Protocol.UDP
            ? ClusterService.Protocol.UDP
            : ClusterService.Protocol.TCP,
        publication.targetPort(),
        publication.port().number(),
        ClusterService.PublishMode.INGRESS);
  }

  private static ClusterTask task(String serviceId, SeenTask task) {
    InetAddress address = task.ingressAddress();
    return new ClusterTask(
        task.id(),
        Version.UNKNOWN,
        serviceId,
        slot(task.name()),
        task.nodeId(),
        ClusterTask.State.RUNNING,
        ClusterTask.State.RUNNING,
        address == null
            ? List.of()
            : List.of(
                new ClusterTask.Attachment(
                    "ingress", "ingress", true, List.of(address.getHostAddress()))));
  }

  /** The number in {@code web.1}, or 0 for a task of a global service. */
  private static long slot(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return isNumber(last) && last.length() < 10 ? Long.parseLong(last) : 0;
  }

  private static ClusterNode node(Node node) {
    return new ClusterNode(
        node.id(),
        Version.UNKNOWN,
        "",
        node.address().getHostAddress(),
        ClusterNode.State.UNKNOWN,
        ClusterNode.Availability.ACTIVE,
        ClusterNode.Role.WORKER);
  }

  private static List<VirtualIp> virtualIps(
      NetworkAnswers.Network ingress, NetworkAnswers.GossipService service) {
    InetAddress address = Addresses.parse(service.virtualIp());
    return address == null
        ? List.of()
        : List.of(new VirtualIp(ingress.id(), ingress.name(), address));
  }

  /**
   * The addresses that this node can reach over the overlay: only where gossip also tells the
   * task's node has the driver learned where to send the packets.
   */
  static Set<InetAddress> reachable(NetworkAnswers.Network ingress) {
    Set<InetAddress> reachable = new HashSet<>();
    for (NetworkAnswers.GossipService service : ingress.services().values()) {
      for (NetworkAnswers.GossipTask task : service.tasks()) {
        InetAddress address = Addresses.parse(task.address());
        if (address != null && !task.hostAddress().isEmpty()) {
          reachable.add(address);
        }
      }
    }
    return reachable;
  }

  private static List<SeenTask> tasks(
      List<NetworkAnswers.GossipTask> tasks, UnaryOperator<String> nodeIds) {
    List<SeenTask> seen = new ArrayList<>();
    for (NetworkAnswers.GossipTask task : tasks) {
      // web.1.<task id>, or web.<node id>.<task id> for a global service
      int dot = task.name().lastIndexOf('.');
      if (dot > 0) {
        String name = task.name().substring(0, dot);
        seen.add(
            new SeenTask(
                task.name().substring(dot + 1),
                name,
                nodeId(name, task.hostAddress(), nodeIds),
                TaskState.RUNNING,
                Addresses.parse(task.address()),
                Origin.NONE));
      }
    }
    return seen;
  }

  private static String nodeId(String name, String host, UnaryOperator<String> nodeIds) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return isNumber(last) ? nodeIds.apply(host) : last;
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** The same pair twice is TCP and UDP; a single one says nothing and is taken for TCP. */
  private static List<Publication> publications(List<String> ports) {
    Map<String, Integer> timesSeen = new HashMap<>();
    List<Publication> publications = new ArrayList<>();
    for (String port : ports) {
      Matcher matcher = PORT.matcher(port);
      int times = timesSeen.merge(port, 1, Integer::sum);
      if (times <= 2 && matcher.matches() && isPort(matcher.group(1)) && isPort(matcher.group(2))) {
        Protocol protocol = times == 1 ? Protocol.TCP : Protocol.UDP;
        publications.add(publication(matcher, protocol));
      }
    }
    return publications;
  }

  private static boolean isPort(String digits) {
    int number = Integer.parseInt(digits);
    return number > 0 && number <= 65_535;
  }

  private static Publication publication(Matcher port, Protocol protocol) {
    return new Publication(
        new PublishedPort(Integer.parseInt(port.group(2)), protocol),
        Integer.parseInt(port.group(1)));
  }
}
