package io.tidegate.bench;

import io.tidegate.proxy.RelayMode;
import io.tidegate.routing.Protocol;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** One relay on loopback, with both of its ends in the hands of the calling thread. */
final class LoopbackRelay implements AutoCloseable {

  // So that the writer never waits for the reader, who is the same thread.
  private static final int SOCKET_BUFFER_BYTES = 1 << 20;

  private final ServerSocketChannel server;
  private final LoopbackProxy proxy;
  private final SocketChannel client;
  private final SocketChannel task;
  private final ByteBuffer chunk;
  private final ByteBuffer seen;

  LoopbackRelay(RelayMode mode, int chunkBytes) throws IOException {
    server = ServerSocketChannel.open();
    server.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    proxy =
        new LoopbackProxy(mode, Protocol.TCP, 1, 1, (InetSocketAddress) server.getLocalAddress());
    client = SocketChannel.open();
    client.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    client.connect(proxy.address());
    task = server.accept();
    chunk = ByteBuffer.allocateDirect(chunkBytes);
    seen = ByteBuffer.allocateDirect(chunkBytes);
  }

  /** Sends a chunk from the client and receives it as the task. */
  int hop() throws IOException {
    client.write(chunk.clear());
    seen.clear();
    while (seen.hasRemaining()) {
      if (task.read(seen) < 0) {
        throw new EOFException("the relay ended after " + seen.position() + " bytes of a chunk");
      }
    }
    return seen.position();
  }

  @Override
  public void close() throws IOException {
    client.close();
    task.close();
    server.close();
    proxy.close();
  }
}
