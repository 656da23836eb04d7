package io.tidegate.agent.demo;

import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.mesh.Mesh;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What the demo asks of the rest of the program. The border of this room. */
public interface DemoOutside {

  /** Metrics, health and API of a mesh, served until they are closed. */
  interface Admin extends AutoCloseable {

    /** Where they are served. */
    HostPort address();

    @Override
    void close();
  }

  /**
   * Leaves the terminal to the demo: nothing but errors is logged, and Ctrl-C and SIGTERM no longer
   * end the process.
   *
   * @return reaches zero at the first of these signals
   */
  CountDownLatch takeTerminal();

  /**
   * Serves metrics, health and API.
   *
   * @param virtual where clients inside the demo's network find its service
   * @param address where; port 0 is any free one
   * @throws IOException if nothing can listen there
   */
  Admin serve(
      Mesh mesh,
      ChangeLog changes,
      TopologySource source,
      InetSocketAddress virtual,
      HostPort address)
      throws IOException;

  /**
   * What holds a TCP port of this machine, as in {@code held by nginx (pid 123)}, or null if
   * unknown.
   */
  @Nullable String holderOf(int port);
}
