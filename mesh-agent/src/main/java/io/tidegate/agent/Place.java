package io.tidegate.agent;

import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.cli.Version;
import io.tidegate.agent.handover.HandoverClient;
import io.tidegate.agent.handover.HandoverServer;
import io.tidegate.agent.handover.Instance;
import io.tidegate.agent.handover.PlaceTakenException;
import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's place on its node, which it may get from an agent that runs, and give to the next one.
 *
 * @param file where the one that has it listens
 */
record Place(Path file, Instance instance) {

  private static final Logger LOG = LoggerFactory.getLogger(Place.class);

  private static final String FILE = "handover.sock";

  /** The place that the options choose; null where any port will do, since then many have room. */
  static @Nullable Place of(AgentConfig config) {
    Path folder = config.swarm().stateDir();
    HostPort admin = config.admin().address();
    if (folder == null || admin.port() == 0) {
      return null;
    }
    try {
      return new Place(
          folder.resolve(FILE), Instance.ofThisProcess(Version.text(), admin.toString()));
    } catch (IOException e) {
      LOG.info("hand-over: not possible here: {}", e.getMessage());
      return null;
    }
  }

  /**
   * Asks whoever has it now; null if nobody does, or nobody who would give it.
   *
   * @throws StartupException if another agent is about to get it
   */
  @Nullable HandoverClient ask() throws StartupException {
    try {
      return HandoverClient.ask(file, instance);
    } catch (PlaceTakenException e) {
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Waits for the next one; null where that is not possible. */
  @Nullable HandoverServer offer(HandoverServer.Estate estate) {
    try {
      return HandoverServer.start(file, instance, estate);
    } catch (IOException e) {
      LOG.info("hand-over: no other agent can take over from this one: {}", e.getMessage());
      return null;
    }
  }
}
