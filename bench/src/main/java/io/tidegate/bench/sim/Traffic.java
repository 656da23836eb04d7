package io.tidegate.bench.sim;

import io.tidegate.agent.peer.PeerNews;
import org.jspecify.annotations.Nullable;

/** What a node has received, without the framing of gRPC, TLS and TCP. */
final class Traffic {

  long messages;
  long wholes;
  long wholeBytes;
  long changes;
  long changeBytes;
  long heartbeatBytes;
  long refused;

  /**
   * @param news null for a part
   * @param hasWhole whether the stream has brought the whole already
   */
  void add(@Nullable PeerNews news, boolean hasWhole, int bytes) {
    messages++;
    if (!hasWhole) {
      wholeBytes += bytes;
      wholes += news == null ? 0 : 1;
    } else if (news instanceof PeerNews.Unchanged) {
      heartbeatBytes += bytes;
    } else {
      changeBytes += bytes;
      changes += news == null ? 0 : 1;
    }
  }

  long bytes() {
    return wholeBytes + changeBytes + heartbeatBytes;
  }
}
