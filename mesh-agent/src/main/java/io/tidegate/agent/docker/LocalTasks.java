package io.tidegate.agent.docker;

import io.tidegate.routing.Reach;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tasks whose containers run on this node.
 *
 * @param containers task id to container id
 * @param bridgeAddresses container id to address on docker_gwbridge
 * @param homes container id to path of its network namespace; {@link Reach#UNKNOWN_HOME} while it
 *     is not known, and nothing where it never will be
 */
public record LocalTasks(
    Map<String, String> containers,
    Map<String, InetAddress> bridgeAddresses,
    Map<String, String> homes) {

  public static final LocalTasks NONE = new LocalTasks(Map.of(), Map.of(), Map.of());

  static final String TASK_ID_LABEL = "com.docker.swarm.task.id";

  static LocalTasks of(
      List<DockerAnswers.Container> running, NetworkAnswers.@Nullable Network bridge) {
    Map<String, String> containers = new HashMap<>();
    for (DockerAnswers.Container container : running) {
      String taskId = container.labels().get(TASK_ID_LABEL);
      if (taskId != null) {
        containers.put(taskId, container.id());
      }
    }
    Map<String, InetAddress> addresses = new HashMap<>();
    if (bridge != null) {
      bridge
          .containers()
          .forEach(
              (id, container) -> {
                InetAddress address = Addresses.parse(container.ipv4Address());
                if (address != null) {
                  addresses.put(id, address);
                }
              });
    }
    return new LocalTasks(Map.copyOf(containers), Map.copyOf(addresses), Map.of());
  }

  /** These with the paths of their network namespaces. */
  LocalTasks at(Map<String, String> theirHomes) {
    return new LocalTasks(containers, bridgeAddresses, Map.copyOf(theirHomes));
  }

  /** These and others whose containers run too, of which no address is known. */
  public LocalTasks with(Map<String, String> others) {
    Map<String, String> all = new HashMap<>(others);
    all.putAll(containers);
    return new LocalTasks(Map.copyOf(all), bridgeAddresses, homes);
  }

  /** The tasks that this and others tell differently. */
  public Set<String> differences(LocalTasks others) {
    Set<String> different = new HashSet<>(containers.keySet());
    different.addAll(others.containers.keySet());
    different.removeIf(
        id ->
            isRunning(id) == others.isRunning(id)
                && Objects.equals(bridgeAddress(id), others.bridgeAddress(id))
                && Objects.equals(home(id), others.home(id)));
    return different;
  }

  public boolean isRunning(String taskId) {
    return containers.containsKey(taskId);
  }

  public @Nullable InetAddress bridgeAddress(String taskId) {
    String container = containers.get(taskId);
    return container == null ? null : bridgeAddresses.get(container);
  }

  /** Whether it is yet to be heard where the namespace of any of them is. */
  public boolean isAnyHomeUnknown() {
    return homes.containsValue(Reach.UNKNOWN_HOME);
  }

  /**
   * The path of the network namespace of a task's container; {@link Reach#UNKNOWN_HOME} while that
   * is not known, and null where it never will be.
   */
  public @Nullable String home(String taskId) {
    String container = containers.get(taskId);
    return container == null ? null : homes.get(container);
  }
}
