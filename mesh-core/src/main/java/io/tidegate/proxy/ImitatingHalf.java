package io.tidegate.proxy;

import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.Counter;

/** The upstream half of a client that is imitated; counted for as long as it has a socket. */
final class ImitatingHalf extends RelayHalf {

  private final Counter imitations;

  ImitatingHalf(TcpSocket socket, Owner owner, Counter imitations) {
    super(socket, owner, false);
    this.imitations = imitations;
    imitations.increment();
  }

  @Override
  void closeNow() {
    super.closeNow();
    imitations.add(-1);
  }
}
