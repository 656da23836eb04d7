package io.tidegate.agent.watch;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks a manager for all that it knows. It passes the question on to the leader, so without one
 * there is no answer.
 */
final class Listing {

  /** How long one answer may take: the daemon's own limit. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** The tasks of so many services are asked for at once: with their history, a few MB. */
  private static final int SERVICES_PER_CALL = 200;

  private final Channel channel;
  private final SwarmkitObjects objects = new SwarmkitObjects();

  Listing(Channel channel) {
    this.channel = channel;
  }

  /** All of it, nodes first: the rest is no older than they are. */
  ClusterState read() throws WatchException {
    List<ClusterNode> nodes = new ArrayList<>();
    Swarmkit.ListNodesRequest allNodes = Swarmkit.ListNodesRequest.getDefaultInstance();
    for (Swarmkit.Node node : ask(SwarmkitMethods.LIST_NODES, allNodes).getNodesList()) {
      nodes.add(objects.node(node));
    }
    List<ClusterService> services = new ArrayList<>();
    Swarmkit.ListServicesRequest all = Swarmkit.ListServicesRequest.getDefaultInstance();
    for (Swarmkit.Service service : ask(SwarmkitMethods.LIST_SERVICES, all).getServicesList()) {
      services.add(objects.service(service));
    }
    List<ClusterTask> tasks = new ArrayList<>();
    for (int i = 0; i < services.size(); i += SERVICES_PER_CALL) {
      addTasks(services.subList(i, Math.min(services.size(), i + SERVICES_PER_CALL)), tasks);
    }
    return ClusterState.of(services, tasks, nodes);
  }

  private void addTasks(List<ClusterService> services, List<ClusterTask> tasks)
      throws WatchException {
    Swarmkit.ListTasksRequest.Filters.Builder filters =
        Swarmkit.ListTasksRequest.Filters.newBuilder();
    services.forEach(service -> filters.addServiceIds(service.id()));
    Swarmkit.ListTasksRequest request =
        Swarmkit.ListTasksRequest.newBuilder().setFilters(filters).build();
    for (Swarmkit.Task task : ask(SwarmkitMethods.LIST_TASKS, request).getTasksList()) {
      tasks.add(objects.task(task));
    }
  }

  private <I, O> O ask(MethodDescriptor<I, O> method, I request) throws WatchException {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return ClientCalls.blockingUnaryCall(channel, method, options, request);
    } catch (StatusRuntimeException e) {
      throw Failures.of(method.getFullMethodName(), e);
    }
  }
}
