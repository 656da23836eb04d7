package io.tidegate.proxy;

/**
 * The socket by which answers leave, from the port that clients asked for, and how many sessions
 * have it. Shard loop only.
 */
final class UdpExit {

  final int socketFd;
  private final Runnable whenLeft;
  private int sessions;

  /**
   * @param whenLeft runs whenever no session has it any more
   */
  UdpExit(int socketFd, Runnable whenLeft) {
    this.socketFd = socketFd;
    this.whenLeft = whenLeft;
  }

  /** One more session has it, until it leaves. */
  UdpExit enter() {
    sessions++;
    return this;
  }

  void leave() {
    sessions--;
    if (sessions == 0) {
      whenLeft.run();
    }
  }

  boolean isIdle() {
    return sessions == 0;
  }
}
