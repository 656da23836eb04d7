package io.tidegate.agent.admin;

import io.tidegate.agent.labels.Nearest;
import io.tidegate.agent.source.SourceStatus;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointState;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a load balancer should send this node the clients of one service, and if not, why.
 *
 * @param isKnown whether any route is meant at all
 * @param reasons what is in the way, one line each; empty when the node serves it
 */
record Serving(boolean isKnown, List<String> reasons) {

  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?(/[a-z]+)?");
  private static final int SUGGESTIONS = 3;

  boolean isServing() {
    return reasons.isEmpty();
  }

  /**
   * Looks at all published ports that are meant: each has to be bound and to have a task.
   *
   * @param wanted a service's name, or a port as in {@code 8080} or {@code 5353/udp}
   * @throws QueryException if it is a port that there cannot be
   */
  static Serving of(AgentView view, String wanted) {
    if (view.isDraining()) {
      return new Serving(true, List.of("agent: draining"));
    }
    if (Readiness.isOverloaded(view)) {
      return new Serving(true, List.of(Readiness.overload(view)));
    }
    SourceStatus source = view.source();
    if (!source.hasTopology() || view.table().version() == 0) {
      return new Serving(true, List.of("discovery: %s: no topology yet".formatted(source.name())));
    }
    List<Route> routes = routes(view, wanted);
    if (routes.isEmpty()) {
      List<String> unserved = unserved(view, wanted);
      return !unserved.isEmpty()
          ? new Serving(true, unserved)
          : new Serving(false, List.of(notFound(view, wanted)));
    }
    Map<PublishedPort, ListenerStatus> listeners = Readiness.listenersByPort(view);
    List<String> reasons = new ArrayList<>();
    for (Route route : routes) {
      String reason = reason(route, listeners.get(route.port()));
      if (reason != null) {
        reasons.add(route.port() + " " + route.serviceName() + ": " + reason);
      }
    }
    return new Serving(true, reasons);
  }

  private static List<Route> routes(AgentView view, String wanted) {
    PublishedPort port = PORT.matcher(wanted).matches() ? Lookup.port(wanted) : null;
    boolean isAnyProtocol = wanted.indexOf('/') < 0;
    return view.table().routes().values().stream()
        .filter(
            route ->
                port == null
                    ? route.serviceName().equals(wanted)
                    : Lookup.isMeant(route.port(), port, isAnyProtocol))
        .toList();
  }

  private static List<String> unserved(AgentView view, String wanted) {
    return view.table().unserved().stream()
        .filter(
            each ->
                each.serviceName().equals(wanted)
                    || each.port().toString().equals(wanted)
                    || each.port().numbers().equals(wanted))
        .map(each -> each.port() + " " + each.serviceName() + ": " + each.reason())
        .toList();
  }

  private static String notFound(AgentView view, String wanted) {
    List<String> names =
        view.table().routes().values().stream().map(Route::serviceName).distinct().toList();
    return names.isEmpty()
        ? wanted + ": no service publishes a port"
        : wanted
            + ": no service with a published port, nor such a port (nearest: "
            + String.join(", ", Nearest.several(wanted, names, SUGGESTIONS))
            + ")";
  }

  private static @Nullable String reason(Route route, @Nullable ListenerStatus listener) {
    if (listener == null || !listener.isBound()) {
      String error = listener == null ? null : listener.error();
      return error == null ? "not bound yet" : error;
    }
    return route.endpoints().isEmpty() && !hasDetour(route)
        ? "no task takes connections" + withheld(route)
        : null;
  }

  /** Tasks that this node cannot reach, others can. */
  private static boolean hasDetour(Route route) {
    return !route.detours().isEmpty()
        && route.withheld().stream()
            .anyMatch(endpoint -> endpoint.state() == EndpointState.UNREACHABLE);
  }

  private static String withheld(Route route) {
    Map<EndpointState, Long> counts =
        route.withheld().stream()
            .collect(Collectors.groupingBy(Endpoint::state, TreeMap::new, Collectors.counting()));
    return counts.isEmpty()
        ? ""
        : counts.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", ", " (", ")"));
  }
}
