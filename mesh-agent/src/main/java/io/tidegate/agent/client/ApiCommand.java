package io.tidegate.agent.client;

import io.tidegate.agent.source.HostPort;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks the agent of this node and prints what it says. */
abstract class ApiCommand implements Callable<Integer> {

  /** Where an agent has its admin address too. */
  static final String VARIABLE = "TIDEGATE_ADMIN";

  private static final HostPort USUAL = new HostPort("127.0.0.1", 9180);
  private static final int DONE = 0;
  private static final int FAILED = 1;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description =
          "The agent's own --admin. Default: 127.0.0.1:9180; " + VARIABLE + " as for the agent.")
  @Nullable HostPort admin;

  @Option(names = "--json", description = "The agent's answer as it is, for programs.")
  boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final Map<String, String> environment;

  ApiCommand(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Asks and prints. */
  abstract void run(AgentApi api) throws ClientException, InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    try (AgentApi api = new AgentApi(address())) {
      run(api);
      return DONE;
    } catch (ClientException e) {
      tell(e.getMessage());
      return FAILED;
    } finally {
      out().flush();
    }
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final Ink ink() {
    return new Ink(spec.commandLine().getColorScheme().ansi());
  }

  /** Says something that is not part of the answer. */
  final void tell(@Nullable String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + message);
    err.flush();
  }

  final void print(Iterable<String> lines) {
    lines.forEach(line -> out().println(line.stripTrailing()));
  }

  private HostPort address() {
    HostPort flag = admin;
    String variable = environment.getOrDefault(VARIABLE, "");
    if (flag != null || variable.isEmpty()) {
      return flag != null ? flag : USUAL;
    }
    try {
      return HostPort.parse(variable);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), VARIABLE + ": " + e.getMessage(), e);
    }
  }
}
