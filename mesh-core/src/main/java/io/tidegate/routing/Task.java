package io.tidegate.routing;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * One discovered task of a service.
 *
 * @param id Swarm's task id, unique for ever: two tasks at one address are two tasks
 * @param name as Swarm prints it, {@code web.1} or {@code web.<node>}
 * @param nodeId Swarm's node id, or a name for sources without nodes
 * @param witnesses those of other nodes whose connects to it fail, each once for a port
 * @param addresses by the ids of the networks on which its service has virtual addresses, as far as
 *     those count here
 */
public record Task(
    String id,
    String name,
    String nodeId,
    TaskState state,
    Reach reach,
    Origin origin,
    List<Witness> witnesses,
    Map<String, InetAddress> addresses) {

  public Task {
    witnesses = List.copyOf(witnesses);
    addresses = Map.copyOf(addresses);
  }

  /** The same task by another way. */
  public Task by(Reach other) {
    return new Task(id, name, nodeId, state, other, origin, witnesses, addresses);
  }

  /** A task of whose addresses inside networks nothing is known. */
  public Task(
      String id,
      String name,
      String nodeId,
      TaskState state,
      Reach reach,
      Origin origin,
      List<Witness> witnesses) {
    this(id, name, nodeId, state, reach, origin, witnesses, Map.of());
  }

  /** A task against which nobody speaks. */
  public Task(String id, String name, String nodeId, TaskState state, Reach reach, Origin origin) {
    this(id, name, nodeId, state, reach, origin, List.of());
  }

  /** A task of which only the present counts. */
  public Task(String id, String name, String nodeId, TaskState state, Reach reach) {
    this(id, name, nodeId, state, reach, Origin.NONE);
  }
}
