package io.tidegate.agent.admin;

import io.tidegate.agent.source.SourceStatus;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether this node may get traffic, and if not, why. */
public final class Readiness {

  private Readiness() {}

  /**
   * What is in the way of serving every port of the table, one reason per line and cause; empty
   * when the agent is ready.
   */
  public static List<String> reasons(AgentView view) {
    return reasons(view, view::holderOf);
  }

  /** The same, but for who holds a port: finding that out takes too long to be asked often. */
  public static List<String> causes(AgentView view) {
    return reasons(view, _ -> null);
  }

  private static List<String> reasons(
      AgentView view, Function<PublishedPort, @Nullable String> holderOf) {
    if (view.isDraining()) {
      return List.of("agent: draining");
    }
    if (isOverloaded(view)) {
      return List.of(overload(view));
    }
    SourceStatus source = view.source();
    if (!source.hasTopology()) {
      return List.of(
          "discovery: %s: no topology yet%s"
              .formatted(source.name(), source.error() == null ? "" : ": " + source.error()));
    }
    if (view.table().version() == 0) {
      return List.of("routing table: none yet");
    }
    return unboundPorts(view, holderOf);
  }

  /** What is in the way of what no port depends on: the agent may be ready all the same. */
  static List<String> remarks(AgentView view) {
    String error = view.vips().error();
    return error == null ? List.of() : List.of("virtual addresses: " + error);
  }

  /** Whether new clients are left to wait: those who can turn elsewhere should. */
  public static boolean isOverloaded(AgentView view) {
    return view.pressure().restraint().isPaused();
  }

  static String overload(AgentView view) {
    return "agent: overloaded: " + view.pressure().summary();
  }

  private static List<String> unboundPorts(
      AgentView view, Function<PublishedPort, @Nullable String> holderOf) {
    Map<PublishedPort, ListenerStatus> listeners = listenersByPort(view);
    List<String> reasons = new ArrayList<>();
    for (PublishedPort port : view.table().routes().keySet()) {
      ListenerStatus listener = listeners.get(port);
      if (listener == null || !(listener.isBound() || listener.isPlaceless())) {
        boolean isTakenOver = listener != null && listener.isTakenOver();
        reasons.add(port + ": " + reason(listener, isTakenOver ? null : holderOf.apply(port)));
      }
    }
    return reasons;
  }

  static Map<PublishedPort, ListenerStatus> listenersByPort(AgentView view) {
    return view.listeners().stream()
        .collect(Collectors.toMap(ListenerStatus::port, Function.identity()));
  }

  private static String reason(@Nullable ListenerStatus listener, @Nullable String holder) {
    String error = listener == null ? null : listener.error();
    String what = error == null ? "not bound yet" : error;
    return holder == null ? what : what + ", " + holder;
  }
}
