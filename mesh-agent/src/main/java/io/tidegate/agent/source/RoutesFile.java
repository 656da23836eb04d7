package io.tidegate.agent.source;

import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.Label;
import io.tidegate.agent.labels.Labels;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a topology from a file of routes:
 *
 * <pre>
 * routes:
 *   - port: 8080                # or 8080/tcp, 53/udp
 *     name: web                 # how metrics and API call it; the port if absent
 *     balance: p2c              # or round-robin
 *     udp-responses: 1          # and every other label of the policy, without "tidegate."
 *     endpoints: [10.0.0.5:80, "[fd00::1]:80", localhost:8081]
 * </pre>
 *
 * A task's id is made of the port and the endpoint's text, so an endpoint that stays keeps its
 * counters. Host names are looked up when the file is read.
 */
final class RoutesFile {

  private static final Set<String> KEYS =
      Stream.concat(
              Stream.of("port", "name", "endpoints"), Labels.OF_POLICY.stream().map(Label::key))
          .collect(Collectors.toCollection(TreeSet::new));

  private final String file;
  private final Map<PublishedPort, Integer> lineByPort = new LinkedHashMap<>();

  private RoutesFile(String file) {
    this.file = file;
  }

  /**
   * Parses the whole content.
   *
   * @param file how to call it in errors
   * @throws YamlException naming the file, the line and what is wrong there
   * @throws UnknownHostException naming the host that could not be looked up
   */
  static Topology parse(String file, byte[] content) throws UnknownHostException {
    return new RoutesFile(file).topology(Yaml.parse(file, content));
  }

  private Topology topology(Yaml document) throws UnknownHostException {
    Map<String, Yaml.Field> fields =
        fields(document, Set.of("routes"), "a map with the key routes");
    Yaml.@Nullable Field routes = fields.get("routes");
    if (routes == null) {
      throw problem(document.line(), "routes: absent (expected: a list of routes)");
    }
    List<Service> services = new ArrayList<>();
    for (Yaml route : items("routes", routes)) {
      services.add(service(route));
    }
    return new Topology(services);
  }

  private Service service(Yaml route) throws UnknownHostException {
    Map<String, Yaml.Field> fields = fields(route, KEYS, "a route, a map with port and endpoints");
    PublishedPort port = port(route.line(), fields.get("port"));
    if (port.isRange()) {
      throw problem(
          route.line(), "port: " + port + " (expected: one; ranges are for tidegate.publish)");
    }
    String name =
        text(fields.get("name"), "name", Function.identity(), String.valueOf(port.number()));
    Policy policy = policy(fields);
    List<Task> tasks = tasks(port, fields.get("endpoints"));
    Publication publication = new Publication(port, port.number());
    return new Service(port.toString(), name, policy, List.of(publication), tasks);
  }

  private Policy policy(Map<String, Yaml.Field> fields) {
    Declared declared = Declared.NOTHING;
    for (Label label : Labels.OF_POLICY) {
      Declared before = declared;
      declared =
          text(fields.get(label.key()), label.key(), value -> label.parse(before, value), before);
    }
    return declared.policy();
  }

  private PublishedPort port(int routeLine, Yaml.@Nullable Field field) {
    PublishedPort port = text(field, "port", PublishedPort::parse, null);
    if (field == null || port == null) {
      throw problem(routeLine, "port: absent (expected: 1 to 65535, as in 8080 or 8080/tcp)");
    }
    Integer earlier = lineByPort.putIfAbsent(port, field.line());
    if (earlier != null) {
      throw problem(
          field.line(), "port: " + port + " stands twice (first in line " + earlier + ")");
    }
    return port;
  }

  private List<Task> tasks(PublishedPort port, Yaml.@Nullable Field field)
      throws UnknownHostException {
    Map<String, Task> tasks = new LinkedHashMap<>();
    for (Yaml item : field == null ? List.<Yaml>of() : items("endpoints", field)) {
      if (!(item instanceof Yaml.Text(String text, int line))) {
        throw problem(
            item.line(),
            "endpoints: a list or map (expected: host:port, in quotes if with brackets)");
      }
      Task task = task(port, text, line);
      if (tasks.putIfAbsent(text, task) != null) {
        throw problem(line, "endpoints: " + text + " stands twice");
      }
    }
    return List.copyOf(tasks.values());
  }

  private Task task(PublishedPort port, String text, int line) throws UnknownHostException {
    HostPort endpoint;
    try {
      endpoint = HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw problem(line, "endpoints: " + e.getMessage());
    }
    if (endpoint.port() == 0) {
      throw problem(line, "endpoints: " + text + " (expected: a port of 1 to 65535)");
    }
    Reach reach = Reach.direct(address(endpoint, text, line), endpoint.port(), "given in " + file);
    return new Task(port + "/" + text, text, endpoint.host(), TaskState.RUNNING, reach);
  }

  private InetAddress address(HostPort endpoint, String text, int line)
      throws UnknownHostException {
    try {
      return InetAddress.getByName(endpoint.host());
    } catch (UnknownHostException e) {
      UnknownHostException named =
          new UnknownHostException(
              "%s:%d: endpoints: %s (unknown host)".formatted(file, line, text));
      named.initCause(e);
      throw named;
    }
  }

  private <T extends @Nullable Object> T text(
      Yaml.@Nullable Field field, String key, Function<String, T> parser, T absent) {
    if (field == null) {
      return absent;
    }
    if (!(field.value() instanceof Yaml.Text(String text, int line)) || text.isBlank()) {
      throw problem(field.line(), key + ": no text (expected: one)");
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw problem(line, key + ": " + e.getMessage());
    }
  }

  private List<Yaml> items(String key, Yaml.Field field) {
    return switch (field.value()) {
      case Yaml.Items(List<Yaml> items, _) -> items;
      case Yaml.Text(String text, _) when text.isEmpty() -> List.of();
      case Yaml other -> throw problem(other.line(), key + ": not a list (expected: a list)");
    };
  }

  private Map<String, Yaml.Field> fields(Yaml value, Set<String> allowed, String expected) {
    if (!(value instanceof Yaml.Fields(var fields, _))) {
      throw problem(value.line(), "not a map (expected: " + expected + ")");
    }
    fields.forEach(
        (key, field) -> {
          if (!allowed.contains(key)) {
            throw problem(
                field.line(), key + ": unknown (expected: " + String.join(", ", allowed) + ")");
          }
        });
    return fields;
  }

  private YamlException problem(int line, String problem) {
    return new YamlException(file, line, problem);
  }
}
