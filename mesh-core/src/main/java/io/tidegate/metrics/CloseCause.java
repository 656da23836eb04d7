package io.tidegate.metrics;

import java.util.Locale;

/** Why a relay ended: each one ends in exactly one of these. */
public enum CloseCause {
  /** Both sides had finished sending. */
  FINISHED,
  /** The client reset its connection; the task got a reset. */
  CLIENT_RESET,
  /** The task reset its connection, or was gone without a word; the client got a reset. */
  TASK_RESET,
  /** Nothing moved for the idle timeout; both got a reset. */
  IDLE,
  /** Nothing had moved for a while, and resources had run short; both got a reset. */
  OVERLOAD,
  /** Its task is to stop and had been given its time to finish; both got a reset. */
  DRAINED,
  /** The client may not come any more, and has sent a datagram all the same. */
  DENIED,
  /** The agent stopped before the relay had finished; both got a reset. */
  AGENT_STOPPED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
