package io.tidegate.agent.admin;

import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** {@code /api/v1/routes?service=NAME&port=PORT&endpoints=false}. */
final class RoutesPage implements Page {

  private final AgentView view;
  private final InstantSource clock;

  RoutesPage(AgentView view, InstantSource clock) {
    this.view = view;
    this.clock = clock;
  }

  @Override
  public Answer answer(Request request) throws IOException {
    Map<String, String> parameters =
        request.query().parameters(List.of("service", "port", "endpoints"));
    boolean hasEndpoints = isTrue("endpoints", parameters.getOrDefault("endpoints", "true"));
    return Json.answer(
        RoutesAnswer.of(
            view,
            wanted(parameters),
            parameters.containsKey("port") ? _ -> false : wanted(parameters),
            hasEndpoints ? TaskFacts.of(view, clock.instant()) : null));
  }

  private static Predicate<Route> wanted(Map<String, String> parameters) {
    Predicate<Route> wanted = _ -> true;
    String service = parameters.get("service");
    if (service != null) {
      wanted = wanted.and(route -> route.serviceName().equals(service));
    }
    String port = parameters.get("port");
    if (port != null) {
      PublishedPort published = Lookup.port(port);
      boolean isAnyProtocol = port.indexOf('/') < 0;
      wanted = wanted.and(route -> Lookup.isMeant(route.port(), published, isAnyProtocol));
    }
    return wanted;
  }

  private static boolean isTrue(String name, String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new QueryException("%s: %s (expected: true or false)".formatted(name, value));
    }
    return Boolean.parseBoolean(value);
  }
}
