package io.tidegate.bench.sim;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/sim} and its options. */
@Command(
    name = "bench/sim",
    description = {
      "Runs the agents of a whole cluster in virtual time: rolling updates of 1 %% of all tasks a"
          + " second, nodes lost and back, a manager lost, connections broken.",
      "",
      "Ends with 1, and says seed, time, node and route, if a task that is gone is picked, a route"
          + " is lost or nodes end with different tables.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true)
final class SimCommand implements Callable<Integer> {

  @Option(names = "--seeds", paramLabel = "N", description = "Run the seeds 1 to N.")
  int seeds = 1;

  @Option(names = "--seed", paramLabel = "SEED", description = "Run this one only.")
  @Nullable Long seed;

  @Option(names = "--nodes", paramLabel = "N", description = "Managers and workers.")
  int nodes = Scale.FULL.nodes();

  @Option(names = "--managers", paramLabel = "N", description = "How many of them publish.")
  int managers = Scale.FULL.managers();

  @Option(names = "--services", paramLabel = "N", description = "Each publishes one port.")
  int services = Scale.FULL.services();

  @Option(names = "--tasks", paramLabel = "N", description = "Of all services together.")
  int tasks = Scale.FULL.tasks();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of virtual time in which things change.")
  int seconds = Scale.FULL.seconds();

  @Option(
      names = "--fault",
      paramLabel = "FAULT",
      description =
          "Makes one manager's agent do something wrong, to see it found:"
              + " ${COMPLETION-CANDIDATES}")
  Fault fault = Fault.NONE;

  @Option(
      names = "--apart",
      description = "Give each node a store of its own (small runs; the result is the same).")
  boolean isApart;

  @Option(names = "--json", paramLabel = "FILE", description = "Write every value there.")
  @Nullable Path json;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final PrintStream out;
  private final PrintStream progress;

  SimCommand(PrintStream out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException {
    if (seeds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--seeds: " + seeds + " (expected: at least 1)");
    }
    Scale scale = scale();
    List<Outcome> outcomes = new ArrayList<>();
    String broken = null;
    long first = seed == null ? 1 : seed;
    long last = seed == null ? seeds : seed;
    for (long at = first; at <= last && broken == null; at++) {
      long startNanos = System.nanoTime();
      try {
        outcomes.add(new Simulation(scale, at, fault, !isApart).run(progress::println));
        double tookSeconds = (System.nanoTime() - startNanos) / 1e9;
        progress.printf("seed %d  holds, took %.1f s%n", at, tookSeconds);
      } catch (BrokenException e) {
        broken = "seed " + at + ": " + e.getMessage();
      }
    }
    Report report = Report.of(scale, broken, outcomes);
    if (json != null) {
      ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
      Files.write(json, mapper.writeValueAsBytes(report));
    }
    out.print(report.text());
    return broken == null ? 0 : 1;
  }

  private Scale scale() {
    try {
      return new Scale(nodes, managers, services, tasks, seconds);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
  }
}
