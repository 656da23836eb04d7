package io.tidegate.agent.check;

import io.tidegate.routing.ClientIp;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A task of this node, and how it is asked.
 *
 * @param told how the port that is asked learns the addresses of its clients
 */
record CheckedTask(
    String id,
    String name,
    String service,
    InetSocketAddress address,
    HealthCheck check,
    ClientIp told) {

  /** Those of a service that run on this node and are meant to; none where nobody asks for it. */
  static List<CheckedTask> of(Service service) {
    HealthCheck check = service.policy().check();
    if (!check.isOn() || check.problem(service.publications()) != null) {
      return List.of();
    }
    int port = check.portOf(service.publications());
    ClientIp told = told(service, port);
    List<CheckedTask> checked = new ArrayList<>();
    for (Task task : service.tasks()) {
      Reach reach = task.reach();
      if (reach.kind() == Reach.Kind.LOCAL && task.state() != TaskState.DRAINING) {
        InetSocketAddress address = new InetSocketAddress(reach.address(), port);
        checked.add(new CheckedTask(task.id(), task.name(), service.name(), address, check, told));
      }
    }
    return checked;
  }

  /** A port that is not published, and only asked, is told of no clients. */
  private static ClientIp told(Service service, int port) {
    Protocol protocol = service.policy().check().kind().protocol();
    boolean isPublished =
        service.publications().stream()
            .anyMatch(p -> p.targetPort() == port && p.port().protocol() == protocol);
    return isPublished ? service.policy().clientAddress().told() : ClientIp.OFF;
  }
}
