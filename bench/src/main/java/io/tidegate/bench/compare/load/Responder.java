package io.tidegate.bench.compare.load;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.proxy.UpstreamSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The task behind a proxy: does what each {@link Request} says, and echoes datagrams. */
public final class Responder implements EpollIoHandle {

  private static final int BACKLOG = 4_096;
  private static final EpollIoOps INCOMING = EpollIoOps.EPOLLIN;

  private final LoadLoop loop;
  private final Socket socket;
  private final IoRegistration registration;
  private final Echo echo;
  private final byte[] address = new byte[26];

  // What is wrong with traffic that arrives here belongs to whichever traffic runs.
  private Faults faults = new Faults();
  long sunkBytes;
  long sourcedBytes;
  int open;

  /** Listens on a port of the loopback, for TCP and for UDP. */
  public Responder(LoadLoop loop, int port) throws IOException {
    this(
        loop,
        LinuxSocket.newSocketStream(false),
        LinuxSocket.newSocketDgram(false),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /**
   * Listens with sockets of another network namespace, where whoever is accepted belongs, too.
   *
   * @param namespace its path
   */
  public Responder(
      LoadLoop loop, UpstreamSockets sockets, String namespace, InetSocketAddress address)
      throws IOException {
    this(
        loop,
        new Socket(sockets.openStream(namespace, false)),
        new Socket(sockets.openDatagram(namespace, false)),
        address);
  }

  private Responder(LoadLoop loop, Socket socket, Socket datagrams, InetSocketAddress address)
      throws IOException {
    this.loop = loop;
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setReuseAddress(true);
    socket.bind(address);
    socket.listen(BACKLOG);
    registration = loop.register(this);
    registration.submit(INCOMING);
    echo = new Echo(loop, datagrams, address());
  }

  public InetSocketAddress address() {
    return socket.localAddress();
  }

  /** Begins to answer for some traffic, from zero. */
  void serve(Faults faultsOfTraffic) {
    faults = faultsOfTraffic;
    sunkBytes = 0;
    sourcedBytes = 0;
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    try {
      int fd = socket.accept(address);
      while (fd >= 0) {
        new ServedConnection(loop, LinuxSocket.newSocket(fd), this, faults).register();
        open++;
        fd = socket.accept(address);
      }
    } catch (IOException e) {
      faults.add("task: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    registration.cancel();
    echo.close();
    try {
      socket.close();
    } catch (IOException e) {
      faults.add("task: close: " + e.getMessage());
    }
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }
}
