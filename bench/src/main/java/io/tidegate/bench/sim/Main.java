package io.tidegate.bench.sim;

import picocli.CommandLine;

/** The program behind {@code bench/sim}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    CommandLine line =
        new CommandLine(new SimCommand(System.out, System.err)).setUsageHelpAutoWidth(true);
    System.exit(line.execute(args));
  }
}
