package io.tidegate.agent;

import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.cli.Tidegate;
import io.tidegate.agent.client.ReleaseCommand;
import io.tidegate.agent.client.ResolveCommand;
import io.tidegate.agent.client.RoutesCommand;
import io.tidegate.agent.client.StatusCommand;
import io.tidegate.agent.client.WatchCommand;
import io.tidegate.agent.demo.DemoCommand;
import io.tidegate.agent.lint.LabelsCommand;
import io.tidegate.agent.lint.LintCommand;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program. */
public final class Main {

  static {
    LogProvider.install();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  // Of the program of a container.
  private static final long FIRST_PID = 1;

  /** What an agent lives for; it ends when this does. */
  interface Life {

    /**
     * Lives.
     *
     * @throws StartupException if the agent cannot begin after all
     */
    void live(Agent agent) throws StartupException, InterruptedException;
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
        .with(new ReleaseCommand(System.getenv()))
        .with(new WatchCommand(System.getenv(), () -> Signals.install().told()));
  }

  private static int runUntilTold(AgentConfig config) {
    Signals signals = Signals.install();
    int code = run(config, agent -> liveUntilTold(agent, signals));
    if (code == 0 && !signals.first().isDone() && ProcessHandle.current().pid() == FIRST_PID) {
      awaitStop(signals, config.ending().drainTimeout());
    }
    return code;
  }

  private static void liveUntilTold(Agent agent, Signals signals)
      throws StartupException, InterruptedException {
    try {
      CompletableFuture.anyOf(signals.first(), agent.over()).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StartupException cause
          ? cause
          : new StartupException(String.valueOf(e.getMessage()), e);
    }
    if (signals.first().isDone()) {
      LOG.info("{}: stopping", signals.first().join());
    }
  }

  /**
   * A container of which the program ends counts as one that failed, unless it was told to stop:
   * Swarm, which has started the successor, is about to tell.
   */
  private static void awaitStop(Signals signals, Duration limit) {
    LOG.info("waiting to be told to stop, for {} s at most", limit.toSeconds());
    try {
      var _ = signals.told().await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs an agent for as long as it has something to live for; returns the exit code. */
  static int run(AgentConfig config, Life life) {
    LogSetup.apply(config.log());
    try (Agent agent = Agent.start(config)) {
      life.live(agent);
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
