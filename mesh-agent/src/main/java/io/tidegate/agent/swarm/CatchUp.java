package io.tidegate.agent.swarm;

import io.tidegate.agent.peer.PeerNews;
import java.time.Duration;

/**
 * A whole that another agent tells may be older than what it knows: the changes since then follow
 * at once. To act on it before they are here would be to go back.
 */
final class CatchUp {

  /** So long at the most: what is at hand is better than nothing. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

  private long upTo;
  private long sinceNanos;

  void onWhole(PeerNews.Whole whole, long nowNanos) {
    upTo = whole.upTo() > whole.version() ? whole.upTo() : 0;
    sinceNanos = nowNanos;
  }

  void onNews(PeerNews news) {
    boolean isThere =
        switch (news) {
          case PeerNews.Told told -> told.version() >= upTo;
          case PeerNews.Lost _ -> true;
        };
    if (isThere) {
      upTo = 0;
    }
  }

  /** Whether more follows at once. */
  boolean isBehind(long nowNanos) {
    return upTo > 0 && nowNanos - sinceNanos < PATIENCE_NANOS;
  }
}
