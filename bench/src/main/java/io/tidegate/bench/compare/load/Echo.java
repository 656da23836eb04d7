package io.tidegate.bench.compare.load;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A task that sends every datagram back. */
final class Echo implements EpollIoHandle {

  private final Datagrams datagrams = new Datagrams();
  private final Socket socket;
  private final IoRegistration registration;

  Echo(LoadLoop loop, Socket socket, InetSocketAddress address) throws IOException {
    this.socket = socket;
    socket.bind(address);
    registration = loop.register(this);
    registration.submit(EpollIoOps.EPOLLIN);
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    while (datagrams.echo(socket.intValue())) {
      // As many again.
    }
  }

  @Override
  public void close() {
    registration.cancel();
    try {
      socket.close();
    } catch (IOException e) {
      // Nobody can do anything about it any more.
    }
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }
}
