package io.tidegate.agent.docker;

import static io.tidegate.agent.docker.Fields.orEmpty;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A container that was run beside Swarm, for a look from outside. What it publishes it holds on the
 * engine's own node, and there nobody else can have it.
 *
 * @param ports TCP and UDP, on whatever addresses
 */
public record LiveContainer(String name, List<PublishedPort> ports) {

  private static final TypeReference<List<Answer>> ANSWERS = new TypeReference<>() {};
  private static final String TASK = "com.docker.swarm.task.id";

  /** An element of GET /containers/json. */
  record Answer(
      @JsonProperty("Names") List<String> names,
      @JsonProperty("Labels") Map<String, String> labels,
      @JsonProperty("Ports") List<Port> ports) {
    Answer {
      names = orEmpty(names);
      labels = orEmpty(labels);
      ports = orEmpty(ports);
    }
  }

  /** A port, which is published if it has a public one. */
  record Port(@JsonProperty("PublicPort") int publicPort, @JsonProperty("Type") String type) {
    Port {
      type = orEmpty(type);
    }
  }

  /** Asks an engine for the containers that run and publish something. */
  public static List<LiveContainer> read(DockerConfig config)
      throws IOException, InterruptedException {
    try (DockerApi docker = new DockerApi(config)) {
      return docker.get("/containers/json", ANSWERS).stream()
          .filter(answer -> !answer.labels().containsKey(TASK))
          .map(LiveContainer::of)
          .filter(container -> !container.ports().isEmpty())
          .toList();
    }
  }

  private static LiveContainer of(Answer answer) {
    String name = answer.names().isEmpty() ? "(nameless)" : answer.names().getFirst();
    return new LiveContainer(
        name.startsWith("/") ? name.substring(1) : name,
        answer.ports().stream()
            .filter(port -> port.publicPort() > 0)
            .filter(port -> port.type().equals("tcp") || port.type().equals("udp"))
            .map(port -> new PublishedPort(port.publicPort(), Protocol.parse(port.type())))
            .distinct()
            .toList());
  }
}
