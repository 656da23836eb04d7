package io.tidegate.agent.swarm;

import io.tidegate.agent.labels.Labels;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.TaskState;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a manager's API tells into services.
 *
 * <p>A task takes traffic when it runs, is meant to run and its node is not down; a node that is
 * unknown (all of them are after a change of leader) or disconnected still counts. A task that runs
 * and is meant to stop is draining.
 */
final class RestView {

  private static final String RUNNING = "running";
  private static final String NODE_DOWN = "down";

  private final RestAnswers answers;
  private final Set<String> nodesDown;

  private RestView(RestAnswers answers) {
    this.answers = answers;
    this.nodesDown =
        answers.nodes().stream()
            .filter(node -> node.status().state().equals(NODE_DOWN))
            .map(DockerAnswers.Node::id)
            .collect(Collectors.toSet());
  }

  /** Reads all services that are published, through Docker's mesh or by label. */
  static List<SeenService> of(RestAnswers answers) {
    return new RestView(answers).services();
  }

  private List<SeenService> services() {
    Map<String, List<DockerAnswers.Task>> tasksByService =
        answers.tasks().stream().collect(Collectors.groupingBy(DockerAnswers.Task::serviceId));
    List<SeenService> services = new ArrayList<>();
    for (DockerAnswers.Service service : answers.services()) {
      List<Publication> publications = publications(service);
      if (!publications.isEmpty() || service.spec().labels().containsKey(Labels.PUBLISH.name())) {
        String name = service.spec().name();
        services.add(
            new SeenService(name, publications, tasks(name, tasksByService.get(service.id()))));
      }
    }
    return services;
  }

  private List<SeenTask> tasks(String serviceName, @Nullable List<DockerAnswers.Task> tasks) {
    Map<String, SeenTask> seen = new LinkedHashMap<>();
    for (DockerAnswers.Task task : tasks == null ? List.<DockerAnswers.Task>of() : tasks) {
      TaskState state = state(task);
      if (state != null) {
        seen.put(
            task.id(),
            new SeenTask(
                task.id(), name(serviceName, task), task.nodeId(), state, ingressAddress(task)));
      }
    }
    return List.copyOf(seen.values());
  }

  private @Nullable TaskState state(DockerAnswers.Task task) {
    if (!task.status().state().equals(RUNNING) || nodesDown.contains(task.nodeId())) {
      return null;
    }
    return task.desiredState().equals(RUNNING) ? TaskState.RUNNING : TaskState.DRAINING;
  }

  private static String name(String serviceName, DockerAnswers.Task task) {
    return serviceName + "." + (task.slot() > 0 ? Integer.toString(task.slot()) : task.nodeId());
  }

  private static @Nullable InetAddress ingressAddress(DockerAnswers.Task task) {
    for (DockerAnswers.Attachment attachment : task.attachments()) {
      if (attachment.network().spec().ingress() && !attachment.addresses().isEmpty()) {
        return Addresses.parse(attachment.addresses().getFirst());
      }
    }
    return null;
  }

  /** The ports published through Docker's mesh that can be served. */
  static List<Publication> publications(DockerAnswers.Service service) {
    List<Publication> publications = new ArrayList<>();
    for (DockerAnswers.Port port : service.endpoint().ports()) {
      if (isServed(port)) {
        publications.add(
            new Publication(
                new PublishedPort(port.publishedPort(), Protocol.parse(port.protocol())),
                port.targetPort()));
      }
    }
    return publications;
  }

  private static boolean isServed(DockerAnswers.Port port) {
    return isIngress(port) && (port.protocol().equals("tcp") || port.protocol().equals("udp"));
  }

  /** Ports published through the mesh that are neither TCP nor UDP, by service. */
  static Map<String, List<String>> unserved(RestAnswers answers) {
    Map<String, List<String>> unserved = new HashMap<>();
    for (DockerAnswers.Service service : answers.services()) {
      for (DockerAnswers.Port port : service.endpoint().ports()) {
        if (isIngress(port) && !isServed(port)) {
          unserved
              .computeIfAbsent(service.spec().name(), name -> new ArrayList<>())
              .add(port.publishedPort() + "/" + port.protocol());
        }
      }
    }
    return unserved;
  }

  /** A port that the allocator has not yet given out is 0. */
  private static boolean isIngress(DockerAnswers.Port port) {
    return port.publishMode().equals("ingress") && port.publishedPort() > 0;
  }
}
