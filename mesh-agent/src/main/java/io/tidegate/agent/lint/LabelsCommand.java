package io.tidegate.agent.lint;

import io.tidegate.agent.labels.LabelsPage;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidegate labels}: the table of labels. */
@Command(
    name = "labels",
    description = "Lists the labels by which services declare how Tidegate treats their clients.",
    mixinStandardHelpOptions = true)
public final class LabelsCommand implements Runnable {

  @Option(names = "--markdown", description = "The page docs/labels.md.")
  boolean markdown;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(markdown ? LabelsPage.markdown() : LabelsPage.text());
    out.flush();
  }
}
