package io.tidegate.bench;

import io.tidegate.proxy.RelayMode;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Objects;

/** One UDP session on loopback, with client and task in the hands of the calling thread. */
final class LoopbackSession implements AutoCloseable {

  private static final int SOCKET_BUFFER_BYTES = 1 << 20;
  private static final long PATIENCE_NANOS = 1_000_000_000;

  private final DatagramChannel task;
  private final LoopbackProxy proxy;
  private final DatagramChannel client;
  private final ByteBuffer datagram;
  private final ByteBuffer seen;

  LoopbackSession(int bytes) throws IOException {
    task = DatagramChannel.open();
    task.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
    task.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    InetSocketAddress address = (InetSocketAddress) task.getLocalAddress();
    proxy = new LoopbackProxy(RelayMode.ADAPTIVE, Protocol.UDP, 1, 1, address);
    client = DatagramChannel.open().connect(proxy.address());
    datagram = ByteBuffer.allocateDirect(bytes);
    seen = ByteBuffer.allocateDirect(bytes + 1);
    client.write(datagram);
    // Receiving from just anybody would allocate the sender's address each time.
    SocketAddress session = task.receive(seen);
    task.connect(Objects.requireNonNull(session));
    task.configureBlocking(false);
  }

  /** Sends so many datagrams from the client and receives them as the task. */
  void send(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      client.write(datagram.clear());
    }
    long endNanos = System.nanoTime() + PATIENCE_NANOS;
    for (int received = 0; received < count; ) {
      if (task.read(seen.clear()) == datagram.capacity()) {
        received++;
      } else if (System.nanoTime() > endNanos) {
        throw new IOException(received + " datagrams arrived (expected: " + count + ")");
      }
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    task.close();
    proxy.close();
  }
}
