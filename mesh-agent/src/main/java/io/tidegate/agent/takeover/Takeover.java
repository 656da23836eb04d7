package io.tidegate.agent.takeover;

import java.io.IOException;

/** How the takeover of ports fares, and its end. For any thread. */
public interface Takeover {

  TakeoverStatus status();

  /**
   * Hands all ports back to Docker's mesh, or takes them again: new clients alone, those that are
   * here finish here.
   *
   * @return how things are then
   * @throws IOException if there is nothing to release, or the rules could not be written; the
   *     latter is tried again
   */
  TakeoverStatus release(boolean release) throws IOException;

  /** Of an agent that takes no ports over. */
  static Takeover none(String why) {
    return new Takeover() {
      @Override
      public TakeoverStatus status() {
        return TakeoverStatus.none(why);
      }

      @Override
      public TakeoverStatus release(boolean release) throws IOException {
        throw new IOException("takeover: no ports are taken over: " + why);
      }
    };
  }
}
