package io.tidegate.bench.eastwest;

import java.net.InetAddress;
import picocli.CommandLine;

/** The program behind {@code bench/east-west}, in the namespace of the client. */
public final class Main {

  private Main() {}

  /** Started by the launcher, which says what it has made in {@code bench.…}. */
  public static void main(String[] args) {
    EastWestCommand.Setting setting =
        new EastWestCommand.Setting(
            ProcessHandle.of(Long.getLong("bench.agent", 0))
                .orElseGet(() -> ProcessHandle.current()),
            InetAddress.ofLiteral(System.getProperty("bench.vip", "127.0.0.1")),
            InetAddress.ofLiteral(System.getProperty("bench.task", "127.0.0.1")),
            System.getProperty("bench.task.namespace", ""));
    CommandLine line = new CommandLine(new EastWestCommand(setting, System.out, System.err));
    line.setExecutionExceptionHandler(
        (e, _, _) -> {
          System.err.println("bench/east-west: " + e.getMessage());
          return 1;
        });
    System.exit(line.setUsageHelpAutoWidth(true).execute(args));
  }
}
