package io.tidegate.agent.docker;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidegate.agent.cluster.ClusterState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Docker 20.10 answered on a real Swarm: n1 manages and has two tasks of {@code web} and one
 * of {@code dns}, n2 has the other three and one, n3 has none.
 */
public final class Answers {

  public static final String OWN_TASK_OF_N2 = "vtg4orz58viy6u44kmehs77pg";
  public static final String TASK_ON_N1 = "s8q76dclz4wkfa6gukotga59g";

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Answers() {}

  public static String text(String file) {
    try (InputStream in = Objects.requireNonNull(Answers.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static <T> T parse(String json, TypeReference<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static DockerAnswers.EngineInfo engine(String node) {
    return parse(text(node + ".info.json"), new TypeReference<>() {});
  }

  public static NetworkAnswers.Network ingress(String node) {
    return parse(text(node + ".networks-ingress-verbose.json"), new TypeReference<>() {});
  }

  static RestAnswers rest() {
    return new RestAnswers(
        parse(text("n1.services.json"), new TypeReference<>() {}),
        parse(text("n1.tasks-desired-running.json"), new TypeReference<>() {}),
        parse(text("n1.nodes.json"), new TypeReference<>() {}));
  }

  /** What the manager n1 tells. */
  public static ClusterState cluster() {
    return rest().state();
  }

  public static LocalTasks local(String node) {
    return LocalTasks.of(
        parse(text(node + ".containers.json"), new TypeReference<>() {}),
        parse(text(node + ".networks-docker_gwbridge.json"), new TypeReference<>() {}));
  }

  /** What the manager n1 reads. */
  public static Reading manager() {
    return new Reading(
        engine("n1"), rest().state(), ingress("n1"), local("n1"), sandbox(), true, null);
  }

  /** What the manager n1 reads while it has lost the other managers. */
  public static Reading leaderless() {
    return new Reading(
        engine("n1"), null, ingress("n1"), local("n1"), sandbox(), true, "no leader");
  }

  /** What the worker n2 reads. */
  public static Reading worker() {
    return worker(ingress("n2"));
  }

  public static Reading worker(NetworkAnswers.Network ingress) {
    return new Reading(engine("n2"), null, ingress, local("n2"), sandbox(), true, null);
  }

  public static Sandbox sandbox() {
    return new Sandbox(Path.of("/var/run/docker/netns"), null);
  }

  /** What a worker reads that has joined a Swarm under an id, and knows nothing of it yet. */
  public static Reading joined(String nodeId) {
    return new Reading(
        workerEngine(nodeId), null, emptyIngress(), LocalTasks.NONE, sandbox(), true, null);
  }

  public static DockerAnswers.EngineInfo workerEngine(String nodeId) {
    DockerAnswers.EngineInfo engine = engine("n2");
    DockerAnswers.SwarmInfo swarm = engine.swarm();
    return new DockerAnswers.EngineInfo(
        engine.engineVersion(),
        engine.name(),
        new DockerAnswers.SwarmInfo(
            nodeId,
            swarm.nodeAddress(),
            swarm.localNodeState(),
            false,
            swarm.error(),
            swarm.remoteManagers()));
  }

  /** A daemon that has just restarted: no services, no other nodes. */
  public static NetworkAnswers.Network emptyIngress() {
    return new NetworkAnswers.Network("klxvo", "ingress", true, Map.of(), List.of(), Map.of());
  }

  static List<DockerAnswers.Event> events() {
    return text("n1.events.jsonl")
        .lines()
        .map(line -> parse(line, new TypeReference<DockerAnswers.Event>() {}))
        .toList();
  }

  static @Nullable DockerNews news(String action) {
    return events().stream()
        .filter(event -> event.action().equals(action))
        .findFirst()
        .map(DockerNews::of)
        .orElse(null);
  }
}
