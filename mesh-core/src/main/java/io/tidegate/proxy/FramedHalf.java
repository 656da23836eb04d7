package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.kernel.TcpSocket;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One side of a relay whose socket leads to another agent. What is said comes and goes in frames,
 * so that an end is not the connection's, which can serve the next client then. Bulk needs none: a
 * direction that is spliced is bare from there on, and the connection has served its last.
 *
 * <pre>
 *   frames ──── end ────────► frames of the next client
 *     └── bulk ──► bare ──── end of the stream
 * </pre>
 */
abstract class FramedHalf extends RelayHalf {

  private final FrameReader reader = new FrameReader();
  // What goes before the bytes of the next write: headers, and what follows an end.
  private final ByteBuffer unsaid = ByteBuffer.allocate(Shard.HEADROOM_BYTES);
  // Of the frame whose header was written last.
  private int owed;
  private boolean bare;
  private boolean saidEnd;

  FramedHalf(TcpSocket socket, Owner owner, boolean sendsAtOnce) {
    super(socket, owner, sendsAtOnce);
  }

  /** What is said right behind an end, where the other one was said before. */
  abstract byte[] lastWords();

  /** Something was said behind the end of a client, and is in the shard's buffer. */
  abstract void heardBehind(Shard shard, int from, int to) throws IOException;

  /** Waits for the next client: both ends of the last one were said, and nothing behind them. */
  abstract void serveAgain(Shard shard);

  // --- hearing ---

  @Override
  int read(Shard shard) throws IOException {
    if (reader.hasEnded()) {
      return -1;
    }
    if (reader.isBare()) {
      return super.read(shard);
    }
    int limit = shard.readLimit();
    int read = socket.readAddress(shard.bufferAddress(), 0, limit);
    if (read < 0) {
      if (reader.isWithin()) {
        throw new IOException("it has ended within a frame");
      }
      return -1;
    }
    if (read < limit) {
      onShortRead(read);
    }
    return find(shard, 0, read);
  }

  /** Leaves what was said at the beginning of the shard's buffer; returns how many bytes it is. */
  final int find(Shard shard, int from, int to) throws IOException {
    int said = reader.read(shard.buffer(), from, to);
    if (reader.behind() < to) {
      heardBehind(shard, reader.behind(), to);
    }
    return said;
  }

  @Override
  boolean hasSaidAll() {
    return reader.hasEnded() || (super.hasSaidAll() && !reader.isWithin());
  }

  @Override
  boolean readsBare() {
    return reader.isBare();
  }

  // --- saying ---

  @Override
  int write(Shard shard, int length) throws IOException {
    if (!bare && owed == 0) {
      unsaid.putInt(length);
      owed = length;
    }
    int taken = say(shard, bare ? length : Math.min(length, owed));
    if (!bare) {
      owed -= taken;
    }
    return taken;
  }

  @Override
  int write(Shard shard, ByteBuf held) throws IOException {
    if (bare && unsaid.position() == 0) {
      return super.write(shard, held);
    }
    int length = Math.min(held.readableBytes(), Shard.BUFFER_BYTES);
    held.getBytes(held.readerIndex(), shard.buffer().limit(length));
    shard.buffer().clear();
    return write(shard, length);
  }

  @Override
  boolean writesBare() {
    return bare && unsaid.position() == 0;
  }

  @Override
  boolean goBare() {
    if (!bare && owed == 0) {
      bare = true;
      unsaid.putInt(FrameReader.BARE);
    }
    return bare;
  }

  @Override
  boolean endOutput(Shard shard, boolean isLast) throws IOException {
    if (!bare && !saidEnd) {
      saidEnd = true;
      writeAgain();
      unsaid.putInt(FrameReader.END);
      if (isLast) {
        unsaid.put(lastWords());
      }
    }
    say(shard, 0);
    if (unsaid.position() > 0) {
      return false;
    }
    if (bare) {
      super.endOutput(shard, isLast);
    }
    return true;
  }

  /** Says what is left to say, and then so many bytes of the shard's buffer; how many it took. */
  private int say(Shard shard, int length) throws IOException {
    int before = unsaid.position();
    if (before + length == 0) {
      return 0;
    }
    int taken = shard.write(socket, unsaid.flip(), length);
    unsaid.position(Math.min(taken, before)).compact();
    return Math.max(taken - before, 0);
  }

  // --- the next client ---

  @Override
  boolean mayServeAgain() {
    return reader.hasEnded() && !bare && !hasFailed() && !hasPeerEnded();
  }

  @Override
  void finish(Shard shard) {
    if (mayServeAgain() && saidEnd && unsaid.position() == 0) {
      reader.renew();
      saidEnd = false;
      serveAgain(shard);
    } else {
      super.finish(shard);
    }
  }
}
