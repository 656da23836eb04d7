package io.tidegate.agent;

import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.cli.Tidegate;
import io.tidegate.agent.demo.DemoCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program. */
public final class Main {

  static {
    LogProvider.install();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] args) {
    DemoCommand demo = new DemoCommand(new DemoSetup(), System.getenv());
    System.exit(new Tidegate(System.getenv(), Main::runAgent).with(demo).execute(args));
  }

  private static int runAgent(AgentConfig config) {
    LogSetup.apply(config.log());
    Signals signals = Signals.install();
    try (Agent agent = Agent.start(config)) {
      signals.told().await();
      LOG.info("{}: stopping", signals.first());
      agent.drain(config.drainTimeout());
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
