package io.tidegate.agent.docker;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.EpochNanos;
import io.tidegate.agent.cluster.Version;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One reading of a manager's API.
 *
 * @param tasks those that are meant to run, and those that were seen running before
 */
record RestAnswers(
    List<DockerAnswers.Service> services,
    List<DockerAnswers.Task> tasks,
    List<DockerAnswers.Node> nodes) {

  /** What the answers tell. */
  ClusterState state() {
    return new ClusterState(
        services.stream().map(RestAnswers::service).toList(),
        tasks.stream().map(RestAnswers::task).toList(),
        nodes.stream().map(RestAnswers::node).toList());
  }

  static ClusterService service(DockerAnswers.Service service) {
    Map<String, String> virtualIps = new HashMap<>();
    service.endpoint().virtualIps().forEach(ip -> virtualIps.put(ip.networkId(), ip.address()));
    return new ClusterService(
        service.id(),
        version(service.version(), service.updatedAt()),
        instant(service.createdAt()),
        service.spec().name(),
        service.spec().labels(),
        service.endpoint().ports().stream().map(RestAnswers::port).toList(),
        virtualIps,
        stopGrace(service.spec()));
  }

  private static Duration stopGrace(DockerAnswers.ServiceSpec spec) {
    return ClusterService.stopGrace(
        Duration.ofNanos(spec.taskTemplate().containerSpec().stopGraceNanos()));
  }

  private static ClusterService.Port port(DockerAnswers.Port port) {
    return new ClusterService.Port(
        constant(ClusterService.Protocol.TCP, port.protocol()),
        port.targetPort(),
        port.publishedPort(),
        constant(ClusterService.PublishMode.INGRESS, port.publishMode()));
  }

  private static ClusterTask task(DockerAnswers.Task task) {
    return new ClusterTask(
        task.id(),
        version(task.version(), task.updatedAt()),
        task.serviceId(),
        task.slot(),
        task.nodeId(),
        ClusterTask.State.parse(task.status().state()),
        ClusterTask.State.parse(task.desiredState()),
        task.attachments().stream().map(RestAnswers::attachment).toList());
  }

  private static ClusterTask.Attachment attachment(DockerAnswers.Attachment attachment) {
    DockerAnswers.AttachedNetwork network = attachment.network();
    return new ClusterTask.Attachment(
        network.id(), network.spec().name(), network.spec().ingress(), attachment.addresses());
  }

  private static ClusterNode node(DockerAnswers.Node node) {
    // a manager that looks at itself may see 0.0.0.0 or 127.0.0.1 as its status' address
    DockerAnswers.ManagerStatus manager = node.managerStatus();
    return new ClusterNode(
        node.id(),
        version(node.version(), node.updatedAt()),
        node.description().hostname(),
        manager == null ? node.status().address() : Addresses.hostOf(manager.address()),
        constant(ClusterNode.State.UNKNOWN, node.status().state()),
        constant(ClusterNode.Availability.ACTIVE, node.spec().availability()),
        constant(ClusterNode.Role.WORKER, node.spec().role()),
        new ClusterNode.Facts(
            node.description().platform().os(),
            node.description().platform().architecture(),
            node.spec().labels(),
            node.description().engine().labels()));
  }

  /** The constant that a word of the API means, or the usual one for a word that is not known. */
  private static <E extends Enum<E>> E constant(E usual, String word) {
    String name = word.toUpperCase(Locale.ROOT);
    return Arrays.stream(usual.getDeclaringClass().getEnumConstants())
        .filter(constant -> constant.name().equals(name))
        .findFirst()
        .orElse(usual);
  }

  private static Version version(DockerAnswers.Version version, String updatedAt) {
    return new Version(version.index(), EpochNanos.of(instant(updatedAt)));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }
}
