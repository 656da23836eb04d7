package io.tidegate.agent.handover;

import io.tidegate.kernel.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Who may give a place, and take it. */
final class Users {

  private static final Path OWN = Path.of("/proc/self");

  private Users() {}

  /** Why a process may do neither, or null if it is of this one's user. */
  static @Nullable String objectionTo(UnixSocket.Peer peer) throws IOException {
    int own = (Integer) Files.getAttribute(OWN, "unix:uid");
    return peer.uid() == own
        ? null
        : "pid %d is of user %d (expected: %d)".formatted(peer.pid(), peer.uid(), own);
  }
}
