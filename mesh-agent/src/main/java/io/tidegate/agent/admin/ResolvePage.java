package io.tidegate.agent.admin;

import io.tidegate.agent.admin.ResolveAnswer.EndpointAnswer;
import io.tidegate.agent.admin.ResolveAnswer.PortAnswer;
import io.tidegate.agent.admin.ResolveAnswer.ServiceAnswer;
import io.tidegate.agent.admin.RoutesAnswer.ReachAnswer;
import io.tidegate.metrics.EndpointStats;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.Topology;
import io.tidegate.routing.Unserved;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code /api/v1/resolve?q=…}: what this node knows of a service, found by what one has of it. */
final class ResolvePage implements Page {

  private final AgentView view;
  private final InstantSource clock;

  ResolvePage(AgentView view, InstantSource clock) {
    this.view = view;
    this.clock = clock;
  }

  @Override
  public Answer answer(Request request) throws IOException {
    Map<String, String> parameters = request.query().parameters(List.of("q", "network"));
    String wanted = parameters.get("q");
    if (wanted == null) {
      throw new QueryException("q: missing (expected: " + Lookup.EXPECTED + ")");
    }
    VirtualQuery virtual = VirtualQuery.parse(wanted, parameters.get("network"));
    Topology topology = view.changes().topology();
    List<Service> found = Lookup.find(topology, wanted, virtual);
    if (found.isEmpty()) {
      return Answer.text(
          Answer.NOT_FOUND, Lookup.notFound(topology, wanted, virtual, view.vips().why()) + "\n");
    }
    Snapshot snapshot = new Snapshot(view, clock.instant(), found, virtual);
    return Json.answer(
        new ResolveAnswer(
            wanted, virtual.protocol().toString(), found.stream().map(snapshot::service).toList()));
  }

  /** What an answer is made of, looked at once. */
  private static final class Snapshot {

    private final Instant now;
    private final String source;
    private final RoutingTable table;
    private final Map<String, String> hostnames;
    private final Map<PublishedPort, ListenerStatus> listeners;
    private final Map<String, Long> activeByTask = new HashMap<>();
    private final Set<String> ejectedTasks = new HashSet<>();
    private final VirtualIps virtualIps;

    Snapshot(AgentView view, Instant now, List<Service> services, VirtualQuery virtual) {
      this.now = now;
      this.source = view.source().name();
      this.table = view.table();
      this.hostnames = view.hostnames();
      this.listeners = Readiness.listenersByPort(view);
      this.virtualIps = new VirtualIps(virtual, table, view, TaskFacts.of(view, now));
      var ids = services.stream().map(Service::id).collect(Collectors.toSet());
      view.stats()
          .routes()
          .forEach(
              (key, route) -> {
                if (ids.contains(key.serviceId())) {
                  route.endpoints().forEach((task, stats) -> count(task.taskId(), stats));
                }
              });
      services.forEach(this::findEjected);
    }

    private void findEjected(Service service) {
      for (Publication publication : service.publications()) {
        Route route = table.routes().get(publication.port());
        if (route != null && route.serviceId().equals(service.id())) {
          Stream.concat(route.endpoints().stream(), route.withheld().stream())
              .filter(Endpoint::isEjected)
              .forEach(endpoint -> ejectedTasks.add(endpoint.taskId()));
        }
      }
    }

    private void count(String taskId, EndpointStats stats) {
      activeByTask.merge(taskId, stats.active(), Long::sum);
    }

    ServiceAnswer service(Service service) {
      return new ServiceAnswer(
          service.name(),
          service.id(),
          OriginAnswer.instant(service.createdAtNanos()),
          service.policy().balance().toString(),
          AccessAnswer.of(service.policy().access()),
          NarrowedAnswer.places(service.policy().bind()),
          NarrowedAnswer.rules(service.policy().nodes()),
          service.virtualIps().stream().map(vip -> virtualIps.answer(service, vip)).toList(),
          service.publications().stream().map(this::port).toList(),
          service.tasks().stream()
              .sorted(Comparator.comparing(Task::name).thenComparing(Task::id))
              .map(this::endpoint)
              .toList());
    }

    private PortAnswer port(Publication publication) {
      PublishedPort port = publication.port();
      ListenerStatus listener = listeners.get(port);
      Clash clash =
          table.clashes().stream().filter(c -> c.port().equals(port)).findFirst().orElse(null);
      Unserved unserved = table.unservedByPort().get(port);
      return new PortAnswer(
          port.toString(),
          publication.targetPort(),
          publication.means().toString(),
          listener != null && listener.isBound(),
          unserved == null ? null : unserved.reason(),
          clash == null ? null : ClashAnswer.of(clash));
    }

    private EndpointAnswer endpoint(Task task) {
      return new EndpointAnswer(
          task.name(),
          task.id(),
          task.nodeId(),
          hostnames.get(task.nodeId()),
          ejectedTasks.contains(task.id()) ? EndpointState.EJECTED : EndpointState.of(task),
          task.reach().address() == null
              ? null
              : Objects.requireNonNull(task.reach().address()).getHostAddress(),
          ReachAnswer.of(task.reach()),
          activeByTask.getOrDefault(task.id(), 0L),
          OriginAnswer.of(task.origin(), source, now));
    }
  }
}
