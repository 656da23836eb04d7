package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.kernel.TcpSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a client says before a task has answered. */
final class FirstBytes {

  static final int READ_BYTES = 16 << 10;

  private FirstBytes() {}

  /**
   * What the client has said by now, or null. The rest of it stays in the kernel.
   *
   * @throws IOException if the client has reset its connection
   */
  static @Nullable ByteBuf read(Shard shard, RelayHalf client) throws IOException {
    int limit = Math.min(READ_BYTES, shard.readLimit());
    int read = client.socket.readAddress(shard.bufferAddress(), 0, limit);
    if (read <= 0) {
      return null;
    }
    // A short read has emptied the socket (epoll(7)), but for an end that epoll has told of.
    client.readable |= read == limit;
    return shard.keep(shard.buffer(), 0, read);
  }

  /**
   * Sends them as far as the socket takes them; those that were sent are behind the reader index.
   */
  static void send(ByteBuf bytes, TcpSocket socket) throws IOException {
    ByteBuffer unsent = bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes());
    bytes.skipBytes(socket.write(unsent, unsent.position(), unsent.limit()));
  }

  /** Whether a task may have got any of them. */
  static boolean areSent(@Nullable ByteBuf bytes) {
    return bytes != null && bytes.readerIndex() > 0;
  }
}
