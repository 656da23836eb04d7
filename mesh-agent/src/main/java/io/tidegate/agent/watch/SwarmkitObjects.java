package io.tidegate.agent.watch;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.EpochNanos;
import io.tidegate.agent.cluster.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What SwarmKit says, in the words of {@code agent.cluster}. Throws IllegalArgumentException for
 * what cannot be meant. Ids that many tasks share are kept once.
 */
final class SwarmkitObjects {

  static final int CREATE = 1;
  static final int UPDATE = 2;
  static final int REMOVE = 4;

  private final Map<String, String> shared = new HashMap<>();

  static Commit commit(Swarmkit.WatchMessage message) {
    SwarmkitObjects objects = new SwarmkitObjects();
    List<Commit.Change> changes = new ArrayList<>(message.getEventsCount());
    for (Swarmkit.WatchMessage.Event event : message.getEventsList()) {
      ClusterObject object = objects.object(event.getObject());
      if (object != null) {
        changes.add(change(event.getAction(), object));
      }
    }
    return new Commit(changes);
  }

  private static Commit.Change change(int action, ClusterObject object) {
    return switch (action) {
      case CREATE, UPDATE -> new Commit.Change.Put(object);
      case REMOVE -> new Commit.Change.Removed(object.kind(), object.id());
      default -> throw new IllegalArgumentException("action: " + action + " (expected: 1, 2 or 4)");
    };
  }

  private @Nullable ClusterObject object(Swarmkit.Object object) {
    return switch (object.getObjectCase()) {
      case SERVICE -> service(object.getService());
      case TASK -> task(object.getTask());
      case NODE -> node(object.getNode());
      case OBJECT_NOT_SET -> null;
    };
  }

  ClusterService service(Swarmkit.Service service) {
    Swarmkit.Annotations annotations = service.getSpec().getAnnotations();
    Swarmkit.Timestamp created = service.getMeta().getCreatedAt();
    List<ClusterService.Port> ports = new ArrayList<>();
    for (Swarmkit.PortConfig port : service.getEndpoint().getPortsList()) {
      ports.add(port(port));
    }
    Map<String, String> virtualIps = new HashMap<>();
    for (Swarmkit.VirtualIP address : service.getEndpoint().getVirtualIpsList()) {
      virtualIps.put(share(address.getNetworkId()), address.getAddr());
    }
    return new ClusterService(
        share(required("service", service.getId())),
        version(service.getMeta()),
        Instant.ofEpochSecond(created.getSeconds(), created.getNanos()),
        required("service name", annotations.getName()),
        annotations.getLabelsMap(),
        ports,
        virtualIps,
        stopGrace(service.getSpec().getTask().getContainer().getStopGracePeriod()));
  }

  private static Duration stopGrace(Swarmkit.Duration told) {
    return ClusterService.stopGrace(Duration.ofSeconds(told.getSeconds(), told.getNanos()));
  }

  private static ClusterService.Port port(Swarmkit.PortConfig port) {
    return new ClusterService.Port(
        constant("protocol", ClusterService.Protocol.values(), port.getProtocol()),
        portNumber(port.getTargetPort()),
        portNumber(port.getPublishedPort()),
        constant("publish mode", ClusterService.PublishMode.values(), port.getPublishMode()));
  }

  ClusterTask task(Swarmkit.Task task) {
    List<ClusterTask.Attachment> attachments = new ArrayList<>(task.getNetworksCount());
    for (Swarmkit.NetworkAttachment attachment : task.getNetworksList()) {
      attachments.add(
          new ClusterTask.Attachment(
              share(attachment.getNetwork().getId()),
              share(attachment.getNetwork().getSpec().getAnnotations().getName()),
              attachment.getNetwork().getSpec().getIngress(),
              attachment.getAddressesList()));
    }
    return new ClusterTask(
        required("task", task.getId()),
        version(task.getMeta()),
        share(task.getServiceId()),
        task.getSlot(),
        share(task.getNodeId()),
        ClusterTask.State.of(task.getStatus().getState()),
        ClusterTask.State.of(task.getDesiredState()),
        attachments);
  }

  ClusterNode node(Swarmkit.Node node) {
    // a manager that looks at itself may see 0.0.0.0 or 127.0.0.1 as its status' address
    String manager = node.getManagerStatus().getAddr();
    return new ClusterNode(
        share(required("node", node.getId())),
        version(node.getMeta()),
        node.getDescription().getHostname(),
        manager.isEmpty() ? node.getStatus().getAddr() : hostOf(manager),
        constant("node state", ClusterNode.State.values(), node.getStatus().getState()),
        constant(
            "availability", ClusterNode.Availability.values(), node.getSpec().getAvailability()),
        constant("role", ClusterNode.Role.values(), node.getRole()),
        new ClusterNode.Facts(
            node.getDescription().getPlatform().getOs(),
            node.getDescription().getPlatform().getArchitecture(),
            node.getSpec().getAnnotations().getLabelsMap(),
            node.getDescription().getEngine().getLabelsMap()));
  }

  /** The host in {@code 10.0.0.1:2377} or {@code [fd00::1]:2377}. */
  private static String hostOf(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    String host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private String share(String text) {
    String known = shared.putIfAbsent(text, text);
    return known == null ? text : known;
  }

  private static Version version(Swarmkit.Meta meta) {
    Swarmkit.Timestamp written = meta.getUpdatedAt();
    return new Version(
        meta.getVersion().getIndex(),
        EpochNanos.of(Instant.ofEpochSecond(written.getSeconds(), written.getNanos())));
  }

  private static String required(String what, String id) {
    if (id.isEmpty()) {
      throw new IllegalArgumentException(what + " without an id or a name");
    }
    return id;
  }

  private static int portNumber(int number) {
    if (number < 0 || number > 65_535) {
      throw new IllegalArgumentException("port: " + number + " (expected: 0 to 65535)");
    }
    return number;
  }

  private static <E> E constant(String what, E[] constants, int number) {
    if (number < 0 || number >= constants.length) {
      throw new IllegalArgumentException(
          what + ": " + number + " (expected: 0 to " + (constants.length - 1) + ")");
    }
    return constants[number];
  }
}
