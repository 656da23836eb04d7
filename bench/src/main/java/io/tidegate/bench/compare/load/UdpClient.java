package io.tidegate.bench.compare.load;

import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A client with one datagram under way. */
final class UdpClient extends Connection {

  /** Told of each datagram that has come back. */
  interface Listener {
    void onRoundTrip(UdpClient client) throws IOException;
  }

  private static final int DATAGRAM_BYTES = 64;
  private static final int POSITION_STEP = 12_289;

  private static final EpollIoOps INCOMING =
      EpollIoOps.valueOf(EpollIoOps.EPOLLIN.value() | EpollIoOps.EPOLLET.value());

  private final Listener listener;
  private long position;

  UdpClient(LoadLoop loop, InetSocketAddress target, int number, Faults faults, Listener listener)
      throws IOException {
    super(loop, LinuxSocket.newSocketDgram(false), faults);
    this.listener = listener;
    position = number;
    connect(target);
  }

  @Override
  EpollIoOps interest() {
    return INCOMING;
  }

  @Override
  String name() {
    return "client";
  }

  void sendNext() throws IOException {
    position += POSITION_STEP;
    int sent = send(Pattern.address(position), DATAGRAM_BYTES);
    if (sent != DATAGRAM_BYTES) {
      throw new IOException("the send buffer took " + sent + " bytes of a datagram");
    }
  }

  @Override
  void onReady() throws IOException {
    if (!isReadable()) {
      return;
    }
    int received = receive();
    if (received == 0) {
      return;
    }
    if (received != DATAGRAM_BYTES || !Pattern.matches(loop.buffer(), 0, received, position)) {
      throw new PayloadException("a datagram came back with other bytes than were sent");
    }
    listener.onRoundTrip(this);
  }
}
