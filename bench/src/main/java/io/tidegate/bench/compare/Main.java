package io.tidegate.bench.compare;

import java.nio.file.Path;
import picocli.CommandLine;

/** The program behind {@code bench/compare}. */
public final class Main {

  private Main() {}

  /** Started by the launcher, which says in {@code bench.root} where the repository is. */
  public static void main(String[] args) {
    Path root = Path.of(System.getProperty("bench.root", "."));
    Progress progress = new Progress(System.err, Boolean.getBoolean("bench.live"));
    CompareCommand command = new CompareCommand(root.resolve("tidegate"), progress, System.out);
    CommandLine line = new CommandLine(command).setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler(
        (e, _, _) -> {
          progress.say("bench/compare: " + e.getMessage());
          return 1;
        });
    System.exit(line.execute(args));
  }
}
