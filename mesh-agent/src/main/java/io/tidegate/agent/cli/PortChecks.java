package io.tidegate.agent.cli;

import io.tidegate.agent.source.HostPort;
import io.tidegate.proxy.Places;
import io.tidegate.routing.Bind;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Service;
import io.tidegate.routing.SwarmTraits;
import io.tidegate.routing.Unserved;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Whether the ports of services can be bound where they are to be bound on this node.
 *
 * @param bindAddress where those are that say nothing of it
 * @param traits what services ask of this node
 */
record PortChecks(String bindAddress, SwarmTraits traits) {

  /** One port of a service: one finding for each address, or for none. */
  List<Finding> of(Service service, PublishedPort port) {
    Unserved unserved = Unserved.of(port, service, traits);
    if (unserved != null) {
      return List.of(Finding.ok(port.toString(), unserved.reason()));
    }
    if (port.isRange()) {
      return List.of(Checks.range(port));
    }
    Bind bind = service.policy().bind();
    return bind.isOfAgent()
        ? List.of(bindable(port, new HostPort(bindAddress, port.number())))
        : inPlaces(port, Places.look(bind));
  }

  private static List<Finding> inPlaces(PublishedPort port, Places places) {
    String problem = places.problem();
    if (problem != null) {
      return List.of(
          Finding.warn(
              port.toString(),
              problem,
              "this node will not serve it; its service says by tidegate.bind where it is bound"));
    }
    return places.addresses().stream().map(address -> bindable(port, address)).toList();
  }

  private static Finding bindable(PublishedPort port, InetAddress address) {
    return bindable(port, HostPort.of(new InetSocketAddress(address, port.number())));
  }

  private static Finding bindable(PublishedPort port, HostPort address) {
    return Checks.bindable(port.toString(), address, port.protocol());
  }
}
