package io.tidegate.agent.lint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidegate.agent.docker.DockerConfig;
import io.tidegate.agent.docker.LiveContainer;
import io.tidegate.agent.docker.LiveService;
import io.tidegate.agent.labels.Nearest;
import io.tidegate.agent.source.Yaml;
import io.tidegate.agent.source.YamlException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidegate lint}: its options and its output. */
@Command(
    name = "lint",
    description = {
      "Checks what services declare: labels of Tidegate's that are unknown, misplaced or have a bad"
          + " value, and ports that more than one service publishes.",
      "",
      "Exits with 0 if there is nothing to find fault with, with 1 if there is, and with 2 if the"
          + " file or the Swarm cannot be read.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class LintCommand implements Callable<Integer> {

  private static final int CLEAN = 0;
  private static final int FAULTY = 1;
  private static final int UNREADABLE = 2;

  @Parameters(paramLabel = "FILE", arity = "0..1", description = "A compose file.")
  @Nullable Path file;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description =
          "A service of the Swarm that this node manages, instead of a file; ports that containers"
              + " beside Swarm hold on this node are looked at too.")
  @Nullable String service;

  @Option(
      names = "--docker-host",
      paramLabel = "URL",
      description = "A manager's Docker, for --service; DOCKER_HOST is honoured.")
  @Nullable URI dockerHost;

  @Option(names = "--json", description = "One JSON array instead of lines.")
  boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final Map<String, String> environment;

  public LintCommand(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    Path path = file;
    String name = service;
    if ((path == null) == (name == null)) {
      throw new ParameterException(
          spec.commandLine(), "what to check (expected: either FILE or --service NAME)");
    }
    try {
      return path != null ? checkFile(path) : checkService(String.valueOf(name));
    } catch (YamlException | IOException | IllegalArgumentException e) {
      return refuse(String.valueOf(e.getMessage()));
    }
  }

  private int checkFile(Path path) throws IOException {
    List<LintedService> services = ComposeFile.parse(path.toString(), Yaml.read(path));
    return tell(path.toString(), path.toString(), Linter.check(path.toString(), services));
  }

  private int checkService(String name) throws IOException, InterruptedException {
    DockerConfig config = DockerConfig.USUAL.at(dockerHost());
    List<LintedService> services =
        LiveService.read(config).stream().map(LintedService::of).toList();
    List<String> names = services.stream().map(LintedService::name).toList();
    if (!names.contains(name)) {
      return refuse(
          "service "
              + name
              + ": not found"
              + (names.isEmpty() ? "" : " (nearest: " + Nearest.of(name, names) + ")"));
    }
    List<Fault> faults = new ArrayList<>(Linter.check("", services));
    faults.addAll(PortClashes.withContainers(services, LiveContainer.read(config)));
    faults.removeIf(fault -> !fault.concerns(name));
    return tell("", "service " + name, faults);
  }

  private URI dockerHost() {
    String variable = environment.getOrDefault("DOCKER_HOST", "");
    URI given = dockerHost;
    return given != null
        ? given
        : variable.isEmpty() ? DockerConfig.USUAL.host() : URI.create(variable);
  }

  private int tell(String file, String subject, List<Fault> faults) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(asJson(file, faults));
    } else if (faults.isEmpty()) {
      out.println(subject + ": ok");
    } else {
      faults.forEach(fault -> out.println(fault.text(file)));
    }
    out.flush();
    return faults.isEmpty() ? CLEAN : FAULTY;
  }

  private static String asJson(String file, List<Fault> faults) throws JsonProcessingException {
    JsonMapper mapper = new JsonMapper();
    ArrayNode array = mapper.createArrayNode();
    for (Fault fault : faults) {
      ObjectNode node = array.addObject();
      if (!file.isEmpty()) {
        node.put("file", file).put("line", fault.line());
      }
      node.put("service", fault.service())
          .put("what", fault.what())
          .put("value", fault.value())
          .put("problem", fault.problem());
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(array);
  }

  private int refuse(String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("tidegate lint: " + message);
    err.flush();
    return UNREADABLE;
  }
}
