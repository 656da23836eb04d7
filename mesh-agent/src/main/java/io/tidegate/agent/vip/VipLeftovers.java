package io.tidegate.agent.vip;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/** What an agent that was killed has left in the sandboxes of overlay networks. */
public final class VipLeftovers {

  private VipLeftovers() {}

  /**
   * Removes the rules and addresses of an agent that is gone.
   *
   * @param folder of Docker's namespaces
   * @return whether there were any
   * @throws IOException if that fails, or if an agent is still there
   */
  public static boolean remove(Path folder) throws IOException {
    boolean were = false;
    for (Path path : new VipSandboxes(() -> folder).all()) {
      VipSandbox sandbox = VipSandbox.at(path);
      Optional<InetSocketAddress> agent = sandbox.agent();
      if (agent.isPresent()) {
        throw new IOException(
            "an agent serves virtual addresses in %s, at %s:%d there (expected: its --admin)"
                .formatted(path, agent.get().getHostString(), agent.get().getPort()));
      }
      were |= sandbox.clear();
    }
    return were;
  }
}
