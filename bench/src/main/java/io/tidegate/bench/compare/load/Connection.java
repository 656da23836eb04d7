package io.tidegate.bench.compare.load;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A socket on the loop, registered once and edge-triggered. Whatever it throws is a fault of the
 * traffic that it belongs to.
 */
abstract class Connection implements EpollIoHandle {

  private static final int IN = EpollIoOps.EPOLLIN.value();
  private static final int OUT = EpollIoOps.EPOLLOUT.value();
  private static final int RDHUP = EpollIoOps.EPOLLRDHUP.value();
  private static final int ERR = EpollIoOps.EPOLLERR.value();
  // Netty has no name for EPOLLHUP.
  private static final int HUP = 0x10;
  private static final EpollIoOps EVERYTHING =
      EpollIoOps.valueOf(IN | OUT | RDHUP | EpollIoOps.EPOLLET.value());

  final LoadLoop loop;
  private final Socket socket;
  private final Faults faults;
  private @Nullable IoRegistration registration;
  private boolean connecting;
  private boolean readable;
  private boolean writable;
  private boolean hungUp;
  private boolean closed;

  Connection(LoadLoop loop, Socket socket, Faults faults) {
    this.loop = loop;
    this.socket = socket;
    this.faults = faults;
  }

  /** A new socket that sends small things at once. */
  static Socket newStream() throws IOException {
    LinuxSocket socket = LinuxSocket.newSocketStream(false);
    socket.setTcpNoDelay(true);
    return socket;
  }

  final void connect(InetSocketAddress target) throws IOException {
    connecting = !socket.connect(target);
    register();
  }

  final void register() throws IOException {
    registration = loop.add(this);
    registration.submit(interest());
  }

  @Override
  public final void handle(IoRegistration ignored, IoEvent event) {
    int events = ((EpollIoEvent) event).ops().value();
    readable |= (events & (IN | RDHUP | HUP | ERR)) != 0;
    writable |= (events & (OUT | HUP | ERR)) != 0;
    hungUp |= (events & (RDHUP | HUP | ERR)) != 0;
    resume();
  }

  final void resume() {
    if (closed) {
      return;
    }
    try {
      if (connecting) {
        if (!writable || !socket.finishConnect()) {
          return;
        }
        connecting = false;
      }
      onReady();
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  /** Called whenever more may be possible than before. */
  abstract void onReady() throws IOException;

  /** What to be told of; sending wakes up whoever waits to be able to send, on every datagram. */
  EpollIoOps interest() {
    return EVERYTHING;
  }

  /** What to call this connection when something goes wrong. */
  abstract String name();

  private void fail(Exception e) {
    faults.add(name() + ": " + e.getMessage());
    close();
  }

  final boolean isReadable() {
    return readable;
  }

  final boolean isWritable() {
    return writable && !connecting;
  }

  final boolean isClosed() {
    return closed;
  }

  /**
   * Receives into the loop's buffer.
   *
   * @return the number of bytes, 0 if there are none now, -1 at the end of the stream
   */
  final int receive() throws IOException {
    int received = socket.recvAddress(loop.buffer().address(), 0, Pattern.MAX_RUN);
    // A short read has emptied the socket (epoll(7)), unless the peer's end is right behind.
    if (received == 0 || (received < Pattern.MAX_RUN && !hungUp)) {
      readable = false;
    }
    return received;
  }

  /** Sends what the socket takes of it; returns the number of bytes. */
  final int send(long address, int length) throws IOException {
    int sent = socket.sendAddress(address, 0, length);
    if (sent < length) {
      writable = false;
    }
    return sent;
  }

  /** Sends a whole request; it finds an empty send buffer. */
  final void send(Request request) throws IOException {
    request.writeTo(loop.buffer());
    int sent = send(loop.buffer().address(), Request.BYTES);
    if (sent != Request.BYTES) {
      throw new IOException("the send buffer took " + sent + " bytes of a request");
    }
  }

  final void finishSending() throws IOException {
    socket.shutdown(false, true);
  }

  final void resumeLater() {
    loop.resumeLater(this);
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      loop.retire(this);
    }
  }

  final void closeNow() {
    try {
      socket.close();
    } catch (IOException e) {
      faults.add(name() + ": close: " + e.getMessage());
    }
    if (registration != null) {
      registration.cancel();
    }
  }

  @Override
  public final FileDescriptor fd() {
    return socket;
  }
}
