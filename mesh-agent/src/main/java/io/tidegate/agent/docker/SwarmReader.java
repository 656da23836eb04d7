package io.tidegate.agent.docker;

import static io.tidegate.agent.docker.DockerApi.filters;

import com.fasterxml.jackson.core.type.TypeReference;
import io.tidegate.agent.cluster.ClusterState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks a daemon all that there is to know, one round after the other. Not safe for use by several
 * threads at once.
 */
public final class SwarmReader {

  private static final Path USUAL_NETNS_DIR = Path.of("/var/run/docker/netns");

  /** So many draining tasks are asked for one by one; more would not fit into a request. */
  private static final int MAX_DRAINING = 200;

  private static final TypeReference<DockerAnswers.EngineInfo> INFO = new TypeReference<>() {};
  private static final TypeReference<List<DockerAnswers.Service>> SERVICES =
      new TypeReference<>() {};
  private static final TypeReference<List<DockerAnswers.Task>> TASKS = new TypeReference<>() {};
  private static final TypeReference<List<DockerAnswers.Node>> NODES = new TypeReference<>() {};
  private static final TypeReference<List<NetworkAnswers.Network>> NETWORKS =
      new TypeReference<>() {};
  private static final TypeReference<NetworkAnswers.Network> NETWORK = new TypeReference<>() {};
  private static final TypeReference<List<DockerAnswers.Container>> CONTAINERS =
      new TypeReference<>() {};
  static final TypeReference<DockerAnswers.ContainerDetails> CONTAINER = new TypeReference<>() {};

  private final DockerApi docker;
  private final Homes homes;
  private volatile @Nullable Path netnsDir;
  private @Nullable String ingressId;
  private boolean hasIngress;
  private volatile DockerAnswers.@Nullable EngineInfo lastEngine;
  private Set<String> followed = Set.of();

  /**
   * @param netnsDir where Docker keeps its network namespaces, or null to find out
   */
  public SwarmReader(DockerApi docker, @Nullable Path netnsDir) {
    this.docker = docker;
    this.homes = new Homes(docker);
    this.netnsDir = netnsDir;
  }

  /**
   * One round of questions. What is local comes last, so that a task which a view calls running has
   * its container in it or has died.
   *
   * @param isWholeSwarm whether a manager is asked for all that it knows, or only for what concerns
   *     this node
   * @throws SwarmInactiveException if the daemon takes no part in a Swarm
   * @throws IOException if there is not enough to make a topology of
   */
  public Reading read(boolean isWholeSwarm) throws IOException, InterruptedException {
    DockerAnswers.EngineInfo engine = docker.get("/info", INFO);
    lastEngine = engine;
    DockerAnswers.SwarmInfo swarm = engine.swarm();
    if (!swarm.localNodeState().equals("active")) {
      throw new SwarmInactiveException(
          "swarm: %s (expected: active) %s"
              .formatted(swarm.localNodeState(), swarm.error())
              .strip());
    }
    if (!isWholeSwarm) {
      return withLocal(engine, null, readIngress(), false, null);
    }
    return swarm.controlAvailable() ? readManager(engine) : readWorker(engine);
  }

  /** What the daemon said of itself last, or null; from any thread. */
  public DockerAnswers.@Nullable EngineInfo lastEngine() {
    return lastEngine;
  }

  /** The signal that Docker sends to stop a container, or 0 if it cannot be known. */
  public static int stopSignal(DockerApi docker, String containerId)
      throws IOException, InterruptedException {
    return StopSignals.parse(
        docker.get("/containers/" + containerId + "/json", CONTAINER).config().stopSignal());
  }

  /** Where the sandbox is as far as is known now; from any thread. */
  public Path sandboxPath() {
    Path known = netnsDir;
    return Sandbox.pathIn(known == null ? USUAL_NETNS_DIR : known);
  }

  /** The sandbox as it is now, without asking Docker; from any thread. */
  public Sandbox sandbox() {
    Path known = netnsDir;
    return Sandbox.in(known == null ? USUAL_NETNS_DIR : known);
  }

  private Reading readWorker(DockerAnswers.EngineInfo engine)
      throws IOException, InterruptedException {
    NetworkAnswers.Network ingress = readIngress();
    return withLocal(engine, null, ingress, true, null);
  }

  /** Either half may fail without the other: the cluster without a leader, or the overlay. */
  private Reading readManager(DockerAnswers.EngineInfo engine)
      throws IOException, InterruptedException {
    ClusterState rest = null;
    IOException restFailure = null;
    try {
      rest = readRest();
    } catch (IOException e) {
      restFailure = e;
    }
    NetworkAnswers.Network ingress = null;
    IOException gossipFailure = null;
    try {
      ingress = readIngress();
    } catch (IOException e) {
      gossipFailure = e;
    }
    IOException failure = restFailure != null ? restFailure : gossipFailure;
    if (failure != null && rest == null && ingress == null) {
      throw failure;
    }
    return withLocal(engine, rest, ingress, true, failure == null ? null : failure.getMessage());
  }

  private Reading withLocal(
      DockerAnswers.EngineInfo engine,
      @Nullable ClusterState rest,
      NetworkAnswers.@Nullable Network ingress,
      boolean isWhole,
      @Nullable String warning)
      throws IOException, InterruptedException {
    List<DockerAnswers.Container> containers = docker.get("/containers/json", CONTAINERS);
    NetworkAnswers.Network bridge = readBridge();
    Sandbox sandbox = Sandbox.in(netnsDir(containers));
    LocalTasks local = LocalTasks.of(containers, bridge);
    if (bridge != null && sandbox.error() == null) {
      local = local.at(homes.of(local, bridge, sandbox.netnsDir()));
    }
    return new Reading(engine, rest, ingress, local, sandbox, isWhole, warning);
  }

  private ClusterState readRest() throws IOException, InterruptedException {
    List<DockerAnswers.Service> services = docker.get("/services", SERVICES);
    List<DockerAnswers.Task> tasks =
        new ArrayList<>(
            docker.get("/tasks" + filters(Map.of("desired-state", List.of("running"))), TASKS));
    tasks.addAll(readDraining(tasks));
    List<DockerAnswers.Node> nodes = docker.get("/nodes", NODES);
    return new RestAnswers(services, tasks, nodes).state();
  }

  /**
   * Tasks that ran before and are no longer meant to. Asked for by id: a list by desired state
   * would bring the history of every task.
   */
  private List<DockerAnswers.Task> readDraining(List<DockerAnswers.Task> running)
      throws IOException, InterruptedException {
    Set<String> seen = new HashSet<>();
    running.forEach(task -> seen.add(task.id()));
    List<String> missing =
        followed.stream().filter(id -> !seen.contains(id)).limit(MAX_DRAINING).toList();
    List<DockerAnswers.Task> draining = List.of();
    if (!missing.isEmpty()) {
      draining =
          docker.get("/tasks" + filters(Map.of("id", missing)), TASKS).stream()
              .filter(task -> task.status().state().equals("running"))
              .toList();
    }
    draining.forEach(task -> seen.add(task.id()));
    followed = seen;
    return draining;
  }

  private NetworkAnswers.@Nullable Network readIngress() throws IOException, InterruptedException {
    String id = ingressId;
    if (id == null) {
      id = findIngress();
      ingressId = id;
    }
    if (id == null) {
      return new NetworkAnswers.Network("", "", true, Map.of(), List.of(), Map.of());
    }
    try {
      return docker.get("/networks/" + id + "?verbose=true", NETWORK);
    } catch (DockerException e) {
      if (e.status() == 404) {
        ingressId = null;
      }
      throw e;
    }
  }

  private @Nullable String findIngress() throws IOException, InterruptedException {
    String overlays = filters(Map.of("driver", List.of("overlay")));
    for (NetworkAnswers.Network network : docker.get("/networks" + overlays, NETWORKS)) {
      if (network.ingress()) {
        hasIngress = true;
        return network.id();
      }
    }
    if (hasIngress) {
      throw new IOException("the ingress network is gone from this node (a restart? removed?)");
    }
    return null;
  }

  /** A node where no task ever ran has no such bridge. */
  private NetworkAnswers.@Nullable Network readBridge() throws IOException, InterruptedException {
    try {
      return docker.get("/networks/docker_gwbridge", NETWORK);
    } catch (DockerException e) {
      if (e.status() == 404) {
        return null;
      }
      throw e;
    }
  }

  private Path netnsDir(List<DockerAnswers.Container> containers)
      throws IOException, InterruptedException {
    Path known = netnsDir;
    if (known == null && !containers.isEmpty()) {
      String id = containers.getFirst().id();
      String sandbox =
          docker.get("/containers/" + id + "/json", CONTAINER).networkSettings().sandboxKey();
      Path folder = sandbox.isEmpty() ? null : Path.of(sandbox).getParent();
      known = folder == null ? null : Files.isDirectory(folder) ? folder : USUAL_NETNS_DIR;
      netnsDir = known;
    }
    return known == null ? USUAL_NETNS_DIR : known;
  }
}
