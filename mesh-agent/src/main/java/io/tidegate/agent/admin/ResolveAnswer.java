package io.tidegate.agent.admin;

import io.tidegate.agent.admin.RoutesAnswer.ReachAnswer;
import io.tidegate.routing.EndpointState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/resolve}: the services behind a name, an address or a port, with their tasks.
 *
 * @param protocol of the clients of virtual addresses that are spoken of
 * @param services of several that publish one port, the one that has it first
 */
record ResolveAnswer(String query, String protocol, List<ServiceAnswer> services) {

  /**
   * One service.
   *
   * @param access which clients may come; null for all
   * @param bind where it wants its ports bound; null for wherever agents do
   * @param nodes what the nodes are that serve it; null for all
   * @param endpoints its tasks, by name
   */
  record ServiceAnswer(
      String service,
      String serviceId,
      @Nullable Instant createdAt,
      String balance,
      @Nullable AccessAnswer access,
      @Nullable List<String> bind,
      @Nullable List<String> nodes,
      List<VirtualIpAnswer> virtualIps,
      List<PortAnswer> ports,
      List<EndpointAnswer> endpoints) {}

  /**
   * An address of the service inside a network.
   *
   * @param asked whether it is what was asked for, by address or network
   * @param unserved why the agent of this node does not serve it; null where it does
   * @param picked among how many tasks new clients are spread; null where this node has no route
   * @param tasks how many there are in each state behind its route; null where this node has none
   * @param endpoints the tasks as they are reached inside the network, by name; null unless it was
   *     asked for, and where this node has no route
   */
  record VirtualIpAnswer(
      String network,
      String networkId,
      String address,
      boolean asked,
      @Nullable String unserved,
      String balance,
      @Nullable Integer picked,
      @Nullable Map<EndpointState, Long> tasks,
      @Nullable List<EndpointAnswer> endpoints) {}

  /**
   * A published port.
   *
   * @param by the means: docker or label
   * @param bound whether this node serves it
   * @param unserved why this node does not serve it by its service's wish; null where it does
   * @param clash null where no other service publishes the port
   */
  record PortAnswer(
      String port,
      int targetPort,
      String by,
      boolean bound,
      @Nullable String unserved,
      @Nullable ClashAnswer clash) {}

  /**
   * One task.
   *
   * @param hostname of its node, if known
   * @param state ejected if it is behind any port
   * @param address of the task, as this node dials it
   * @param active its relays on this node now, over all ports; of a virtual address, through that
   * @param origin null where the newest topology has the task no more
   */
  record EndpointAnswer(
      String task,
      String taskId,
      String node,
      @Nullable String hostname,
      EndpointState state,
      @Nullable String address,
      ReachAnswer reach,
      long active,
      @Nullable OriginAnswer origin) {}
}
