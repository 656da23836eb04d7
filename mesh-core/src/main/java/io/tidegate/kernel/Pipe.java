package io.tidegate.kernel;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/**
 * A kernel pipe, through which splice(2) moves bytes from socket to socket without copying them to
 * this process.
 */
public final class Pipe {

  private static final int NO_OFFSET = -1;

  private final FileDescriptor readEnd;
  private final FileDescriptor writeEnd;
  private final int capacityBytes;
  private int bytes;

  private Pipe(FileDescriptor readEnd, FileDescriptor writeEnd, int capacityBytes) {
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
    this.capacityBytes = capacityBytes;
  }

  /**
   * Opens a pipe of the wanted size, or of what the kernel grants.
   *
   * @throws IOException if there is none to be had, as when descriptors run out
   */
  public static Pipe open(int wantedBytes) throws IOException {
    FileDescriptor[] ends = FileDescriptor.pipe();
    return new Pipe(ends[0], ends[1], Libc.setPipeSize(ends[1].intValue(), wantedBytes));
  }

  /** What the kernel has granted. */
  public int capacityBytes() {
    return capacityBytes;
  }

  /** Whether all that was taken was given. */
  public boolean isEmpty() {
    return bytes == 0;
  }

  /**
   * Takes what the socket has; the pipe must be empty.
   *
   * @return bytes taken; 0 says nothing about whether the stream has ended
   */
  public int fillFrom(TcpSocket socket) throws IOException {
    int moved =
        Native.splice(socket.intValue(), NO_OFFSET, writeEnd.intValue(), NO_OFFSET, capacityBytes);
    bytes += moved;
    return moved;
  }

  /** Gives the socket what it takes; returns the bytes given. */
  public int drainTo(TcpSocket socket) throws IOException {
    int moved = Native.splice(readEnd.intValue(), NO_OFFSET, socket.intValue(), NO_OFFSET, bytes);
    bytes -= moved;
    return moved;
  }

  /** Closes both ends, whatever is in it. */
  public void close() {
    closeEnd(readEnd);
    closeEnd(writeEnd);
  }

  private static void closeEnd(FileDescriptor end) {
    try {
      end.close();
    } catch (IOException e) {
      throw new IllegalStateException("a pipe's end cannot fail to close: " + end, e);
    }
  }
}
