package io.tidegate.proxy;

import io.tidegate.kernel.TcpSocket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A connection of another agent, which passes one client after the other on by it. */
final class CallerHalf extends FramedHalf {

  private final HopListener listener;
  private byte @Nullable [] saidChallenge;

  CallerHalf(TcpSocket socket, Owner owner, HopListener listener) {
    super(socket, owner, true);
    this.listener = listener;
  }

  @Override
  boolean mayServeAgain() {
    return listener.hasRoom() && super.mayServeAgain();
  }

  /** The challenge for the next client: who hears it knows that this one is served. */
  @Override
  byte[] lastWords() {
    saidChallenge = listener.challenge();
    return saidChallenge;
  }

  @Override
  void heardBehind(Shard shard, int from, int to) throws IOException {
    throw new IOException("%d bytes before it was asked for them".formatted(to - from));
  }

  @Override
  void serveAgain(Shard shard) {
    byte[] challenge = saidChallenge;
    saidChallenge = null;
    listener.hearAgain(this, challenge);
  }
}
