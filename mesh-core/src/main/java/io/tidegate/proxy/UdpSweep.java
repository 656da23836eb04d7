package io.tidegate.proxy;

import java.time.Duration;
import java.util.Collection;

/**
 * Shows a new table to every session of a listener, a few in each turn of the loop: each may have
 * to open a socket, and datagrams must not wait for thousands of them.
 */
final class UdpSweep implements Runnable {

  private static final int SESSIONS_PER_TURN = 32;
  private static final UdpSession[] NONE = {};

  private final Shard shard;
  private UdpSession[] sessions = NONE;
  private int next;
  private boolean isScheduled;

  UdpSweep(Shard shard) {
    this.shard = shard;
  }

  /** Begins, from the beginning if it is under way: those that it has seen take no time again. */
  void begin(Collection<UdpSession> all) {
    sessions = all.toArray(NONE);
    next = 0;
    if (!isScheduled) {
      run();
    }
  }

  void end() {
    sessions = NONE;
    next = 0;
  }

  @Override
  public void run() {
    isScheduled = false;
    int last = Math.min(next + SESSIONS_PER_TURN, sessions.length);
    while (next < last) {
      sessions[next++].follow();
    }
    if (next < sessions.length) {
      // Not executed but scheduled: events have their turn first.
      isScheduled = true;
      shard.schedule(this, Duration.ZERO);
    } else {
      end();
    }
  }
}
