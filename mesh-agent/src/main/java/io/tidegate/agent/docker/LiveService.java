package io.tidegate.agent.docker;

import static io.tidegate.agent.docker.Fields.orElse;
import static io.tidegate.agent.docker.Fields.orEmpty;
import static io.tidegate.agent.docker.Fields.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A service as it was declared, for a look from outside.
 *
 * @param createdAtNanos since 1970, or 0 if it is not told
 * @param containerLabels those of its containers, which declare nothing
 * @param publications the ports published through Docker's mesh, TCP and UDP
 * @param hostPorts the ports, TCP and UDP, published in host mode, on the nodes where its tasks run
 */
public record LiveService(
    String name,
    long createdAtNanos,
    Map<String, String> labels,
    Map<String, String> containerLabels,
    List<Publication> publications,
    List<PublishedPort> hostPorts) {

  private static final TypeReference<List<Answer>> ANSWERS = new TypeReference<>() {};

  /** An element of GET /services, with more of its specification than discovery needs. */
  record Answer(
      @JsonProperty("ID") String id,
      @JsonProperty("CreatedAt") String createdAt,
      @JsonProperty("Spec") Spec spec,
      @JsonProperty("Endpoint") DockerAnswers.ServiceEndpoint endpoint) {
    Answer {
      id = required("ID", id);
      createdAt = orEmpty(createdAt);
      spec = required("Spec", spec);
      endpoint = orElse(endpoint, new DockerAnswers.ServiceEndpoint(List.of(), List.of()));
    }
  }

  /** What was asked of a service. */
  record Spec(
      @JsonProperty("Name") String name,
      @JsonProperty("Labels") Map<String, String> labels,
      @JsonProperty("TaskTemplate") TaskTemplate taskTemplate) {
    Spec {
      name = required("Spec.Name", name);
      labels = orEmpty(labels);
      taskTemplate = orElse(taskTemplate, new TaskTemplate(new ContainerSpec(Map.of())));
    }
  }

  /** What was asked of its tasks. */
  record TaskTemplate(@JsonProperty("ContainerSpec") ContainerSpec containerSpec) {
    TaskTemplate {
      containerSpec = orElse(containerSpec, new ContainerSpec(Map.of()));
    }
  }

  /** What was asked of their containers. */
  record ContainerSpec(@JsonProperty("Labels") Map<String, String> labels) {
    ContainerSpec {
      labels = orEmpty(labels);
    }
  }

  /**
   * Asks a manager for every service.
   *
   * @throws IOException with Docker's own words, as those of a worker, which may not tell
   */
  public static List<LiveService> read(DockerConfig config)
      throws IOException, InterruptedException {
    try (DockerApi docker = new DockerApi(config)) {
      return docker.get("/services", ANSWERS).stream().map(LiveService::of).toList();
    }
  }

  private static LiveService of(Answer answer) {
    Spec spec = answer.spec();
    ClusterService service =
        RestAnswers.service(
            new DockerAnswers.Service(
                answer.id(),
                DockerAnswers.Version.UNKNOWN,
                answer.createdAt(),
                "",
                new DockerAnswers.ServiceSpec(
                    spec.name(), spec.labels(), DockerAnswers.TaskTemplate.UNKNOWN),
                answer.endpoint()));
    return new LiveService(
        spec.name(),
        service.createdAtNanos(),
        spec.labels(),
        spec.taskTemplate().containerSpec().labels(),
        MeshPorts.of(service),
        answer.endpoint().ports().stream()
            .filter(port -> port.publishMode().equals("host") && port.publishedPort() > 0)
            .filter(port -> port.protocol().equals("tcp") || port.protocol().equals("udp"))
            .map(port -> new PublishedPort(port.publishedPort(), Protocol.parse(port.protocol())))
            .toList());
  }
}
