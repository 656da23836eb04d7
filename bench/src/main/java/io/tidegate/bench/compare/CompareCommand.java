package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.Contender;
import io.tidegate.bench.compare.contender.Contenders;
import io.tidegate.bench.compare.contender.Machine;
import io.tidegate.bench.compare.report.HtmlPage;
import io.tidegate.bench.compare.report.JsonFile;
import io.tidegate.bench.compare.report.Problem;
import io.tidegate.bench.compare.report.Results;
import io.tidegate.bench.compare.report.TextReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/compare} and its options. */
@Command(
    name = "bench/compare",
    description = {
      "Measures what Tidegate costs beside HAProxy and nginx: the same traffic through each, in"
          + " turns, the proxy alone on core 0, clients and task on core 1.",
      "",
      "Quiet the machine first: whatever else runs on these cores shows in the figures.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {

  /** What can be measured, for the help. */
  static final class Names extends ArrayList<String> {

    private static final long serialVersionUID = 1;

    Names() {
      super(Workloads.names());
    }
  }

  // Each relay is two sockets here and two in the proxy.
  private static final int FILES_BESIDE_RELAYS = 500;

  @Option(names = "--quick", description = "A first impression in less than five minutes.")
  boolean quick;

  @Option(
      names = "--only",
      paramLabel = "WORKLOAD",
      split = ",",
      completionCandidates = Names.class,
      description = {
        "Measure these only; 'bulk' stands for all that begin with it:",
        "${COMPLETION-CANDIDATES}"
      })
  @Nullable List<String> only;

  @Option(names = "--rounds", paramLabel = "N", description = "How often each gets its turn.")
  @Nullable Integer rounds;

  @Option(
      names = "--contenders",
      paramLabel = "NAME",
      split = ",",
      description = "Compare these only.")
  @Nullable List<String> contenders;

  @Option(
      names = "--real-time",
      description = {
        "Have proxies come before all else on their core (SCHED_FIFO), so that a thread does not",
        "wait for what another's turn has left. For latency, as root."
      })
  boolean realTime;

  @Option(names = "--json", paramLabel = "FILE", description = "Write every value there.")
  @Nullable Path json;

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page with charts there.")
  @Nullable Path html;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final Path tidegate;
  private final Progress progress;
  private final PrintStream out;

  CompareCommand(Path tidegate, Progress progress, PrintStream out) {
    this.tidegate = tidegate;
    this.progress = progress;
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Plan plan = plan();
    List<Contender> chosen = contenders();
    checkMachine(plan);
    Results results = new Comparison(plan, chosen, realTime, progress).run();
    out.print(new TextReport(results, Standards.PEERS, Standards.bars(plan)).render());
    if (json != null) {
      JsonFile.write(json, results, Standards.bars(plan));
    }
    if (html != null) {
      HtmlPage.write(html, results, Contenders.TIDEGATE, Standards.bars(plan));
    }
    boolean failed =
        results.problems().stream().anyMatch(problem -> problem.kind() == Problem.Kind.FAILED);
    return failed ? 1 : 0;
  }

  private Plan plan() {
    Plan plan = quick ? Plan.quick() : Plan.full();
    if (rounds != null) {
      check("--rounds", rounds >= 1 && rounds <= 100, rounds, "1 to 100");
      plan = plan.withRounds(rounds);
    }
    if (only != null) {
      Set<String> workloads = new LinkedHashSet<>();
      for (String name : only) {
        List<String> named = Workloads.named(name);
        check("--only", !named.isEmpty(), name, String.join(", ", Workloads.names()));
        workloads.addAll(named);
      }
      plan = plan.withWorkloads(workloads);
    }
    return plan;
  }

  private List<Contender> contenders() {
    List<Contender> all = Contenders.all(tidegate);
    if (contenders == null) {
      return Contenders.usual(tidegate);
    }
    List<String> names = all.stream().map(Contender::name).toList();
    for (String name : contenders) {
      check("--contenders", names.contains(name), name, String.join(", ", names));
    }
    return all.stream().filter(contender -> contenders.contains(contender.name())).toList();
  }

  private void check(String option, boolean good, Object value, String expected) {
    if (!good) {
      throw new ParameterException(
          spec.commandLine(), "%s: %s (expected: %s)".formatted(option, value, expected));
    }
  }

  private void checkMachine(Plan plan) throws IOException {
    int cores = Machine.here().cores();
    check("cores", cores >= 2, cores, "at least 2");
    long limit = Machine.openFilesLimit();
    int needed = 2 * plan.idleRelays() + FILES_BESIDE_RELAYS;
    check(
        "open files (ulimit -n)",
        !plan.has(Workloads.MEMORY) || limit >= needed,
        limit,
        "at least " + needed + " for " + plan.idleRelays() + " relays, or --only without memory");
  }
}
