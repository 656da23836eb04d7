package io.tidegate.agent;

import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.cli.Tidegate;
import io.tidegate.agent.client.ResolveCommand;
import io.tidegate.agent.client.RoutesCommand;
import io.tidegate.agent.client.StatusCommand;
import io.tidegate.agent.client.WatchCommand;
import io.tidegate.agent.demo.DemoCommand;
import io.tidegate.agent.lint.LabelsCommand;
import io.tidegate.agent.lint.LintCommand;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program. */
public final class Main {

  static {
    LogProvider.install();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  /** What an agent lives for; it ends when this does. */
  interface Life {
    void live() throws InterruptedException;
  }

  private Main() {}

  public static void main(String[] args) {
    boolean isAgent = args.length > 0 && args[0].equals("agent");
    if (isAgent && Arrays.stream(args).noneMatch(arg -> arg.startsWith("--source"))) {
      Warmup.begin();
    }
    Tidegate tidegate = new Tidegate(System.getenv(), Main::runUntilTold);
    // What an agent does not need is not looked at when it starts.
    if (!isAgent) {
      addOthers(tidegate);
    }
    System.exit(tidegate.execute(args));
  }

  private static void addOthers(Tidegate tidegate) {
    tidegate
        .with(new DemoCommand(new DemoSetup(), System.getenv()))
        .with(new LintCommand(System.getenv()))
        .with(new LabelsCommand())
        .with(new ResolveCommand(System.getenv()))
        .with(new StatusCommand(System.getenv()))
        .with(new RoutesCommand(System.getenv()))
        .with(new WatchCommand(System.getenv(), () -> Signals.install().told()));
  }

  private static int runUntilTold(AgentConfig config) {
    Signals signals = Signals.install();
    return run(
        config,
        () -> {
          signals.told().await();
          LOG.info("{}: stopping", signals.first());
        });
  }

  /** Runs an agent for as long as it has something to live for; returns the exit code. */
  static int run(AgentConfig config, Life life) {
    LogSetup.apply(config.log());
    try (Agent agent = Agent.start(config)) {
      life.live();
      agent.end(config.ending());
    } catch (StartupException e) {
      LOG.error(e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
    LOG.info("stopped");
    return 0;
  }
}
