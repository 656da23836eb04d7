package io.tidegate.kernel;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * A Unix socket by which two processes pass bytes and descriptors. Every call waits, but no longer
 * than the limit; a thread of its own is the place for them. One thread at a time, but for {@link
 * #shutdown} and {@link #close}.
 */
public final class UnixSocket implements AutoCloseable {

  static {
    Epoll.ensureAvailability();
  }

  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int BACKLOG = 16;
  // The peer's address, which nobody asks for; accept(2) wants a place for it.
  private static final int ADDRESS_BYTES = 26;

  /**
   * Who is at the other end, as the kernel knows it.
   *
   * @param pid 0 where it is not to be seen from here, as out of another container
   */
  public record Peer(int pid, int uid) {}

  private final Socket socket;

  private UnixSocket(Socket socket) throws IOException {
    this.socket = socket;
    checked("fcntl", Libc.setBlocking(socket.intValue()));
  }

  /**
   * Connects.
   *
   * @param limit how long this and every later call may wait
   * @throws IOException if nobody listens there, or the file cannot be reached
   */
  public static UnixSocket connect(Path file, Duration limit) throws IOException {
    Socket socket = Socket.newSocketDomain();
    try {
      UnixSocket unix = new UnixSocket(socket);
      unix.limit(limit);
      socket.connect(new DomainSocketAddress(file.toFile()));
      return unix;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Listens at a file of this user alone, in place of what is there: whoever connects meets the one
   * before or this one. Waits without limit for who connects.
   */
  public static UnixSocket listen(Path file) throws IOException {
    Path unnamed = file.resolveSibling(file.getFileName() + "." + System.nanoTime());
    Socket socket = Socket.newSocketDomain();
    try {
      UnixSocket unix = new UnixSocket(socket);
      socket.bind(new DomainSocketAddress(unnamed.toFile()));
      // Before it listens nobody can connect, whatever the file still permits.
      Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rw-------"));
      socket.listen(BACKLOG);
      Files.move(unnamed, file, StandardCopyOption.ATOMIC_MOVE);
      return unix;
    } catch (IOException e) {
      socket.close();
      Files.deleteIfExists(unnamed);
      throw e;
    }
  }

  /**
   * Waits for the next who connects.
   *
   * @throws IOException once it is shut down
   */
  public UnixSocket accept(Duration limit) throws IOException {
    Socket accepted = new Socket(socket.accept(new byte[ADDRESS_BYTES]));
    try {
      UnixSocket unix = new UnixSocket(accepted);
      unix.limit(limit);
      return unix;
    } catch (IOException e) {
      accepted.close();
      throw e;
    }
  }

  /** How long every later call may wait. */
  public void limit(Duration limit) throws IOException {
    // struct timeval
    ByteBuffer time = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
    time.putLong(limit.toSeconds()).putLong(limit.toNanosPart() / 1_000).flip();
    socket.setRawOpt(Libc.SOL_SOCKET, SO_RCVTIMEO, time.duplicate());
    socket.setRawOpt(Libc.SOL_SOCKET, SO_SNDTIMEO, time);
  }

  public Peer peer() throws IOException {
    // struct ucred
    ByteBuffer credentials = ByteBuffer.allocateDirect(3 * Integer.BYTES);
    socket.getRawOpt(Libc.SOL_SOCKET, SO_PEERCRED, credentials);
    credentials.order(ByteOrder.nativeOrder());
    return new Peer(credentials.getInt(0), credentials.getInt(Integer.BYTES));
  }

  /** Sends all bytes. */
  public void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    for (int sent = 0; sent < bytes.length; ) {
      int more = socket.write(buffer, sent, bytes.length);
      if (more <= 0) {
        throw new InterruptedIOException("nothing could be sent within the limit");
      }
      sent += more;
    }
  }

  /**
   * Receives exactly so many bytes, and so none of what a descriptor comes with.
   *
   * @throws EOFException if the other end is closed
   * @throws InterruptedIOException if they do not come within the limit
   */
  public byte[] receive(int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(count);
    for (int received = 0; received < count; ) {
      received += some(socket.read(buffer, received, count));
    }
    byte[] bytes = new byte[count];
    buffer.get(0, bytes);
    return bytes;
  }

  /** Sends a descriptor; it stays open here. */
  public void sendDescriptor(int fd) throws IOException {
    if (socket.sendFd(fd) < 0) {
      throw new InterruptedIOException("no descriptor could be sent within the limit");
    }
  }

  /**
   * Receives a descriptor, which is the caller's to close.
   *
   * @throws IOException as {@link #receive} does, or if there is none with the next byte
   */
  public int receiveDescriptor() throws IOException {
    int fd = some(socket.recvFd());
    Libc.closeOnExec(fd);
    return fd;
  }

  private static int some(int received) throws IOException {
    if (received < 0) {
      throw new EOFException("the other end is closed");
    }
    if (received == 0) {
      throw new InterruptedIOException("nothing came within the limit");
    }
    return received;
  }

  /** Ends whatever waits here. */
  public void shutdown() {
    try {
      socket.shutdown();
    } catch (IOException e) {
      // not connected any more: nothing waits
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static void checked(String call, int result) throws IOException {
    if (result < 0) {
      throw CallException.of(call, -result);
    }
  }
}
