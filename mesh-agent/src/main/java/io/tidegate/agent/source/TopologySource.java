package io.tidegate.agent.source;

import io.tidegate.routing.Topology;
import java.util.function.Consumer;

/**
 * Something that discovers topologies: a Swarm, a file, the demo's script. A source hands over
 * whole topologies only, and none at all while it knows nothing, so that a failing source never
 * takes a route away.
 */
public interface TopologySource extends AutoCloseable {

  /**
   * Begins to discover, on threads of its own, and hands every new topology to the sink. Called
   * once.
   */
  void start(Consumer<Topology> sink);

  /** How the discovery fares. May be called from any thread. */
  SourceStatus status();

  /** Ends the source's threads. No topology is handed over after this returns. */
  @Override
  void close();
}
