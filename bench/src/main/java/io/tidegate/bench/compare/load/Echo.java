package io.tidegate.bench.compare.load;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DatagramSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A task that sends every datagram back. */
final class Echo implements EpollIoHandle {

  private final LoadLoop loop;
  private final LinuxSocket socket;
  private final IoRegistration registration;

  Echo(LoadLoop loop, InetSocketAddress address) throws IOException {
    this.loop = loop;
    socket = LinuxSocket.newSocketDgram(false);
    socket.bind(address);
    registration = loop.register(this);
    registration.submit(EpollIoOps.EPOLLIN);
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    long buffer = loop.buffer().address();
    try {
      DatagramSocketAddress from = socket.recvFromAddress(buffer, 0, Pattern.MAX_RUN);
      while (from != null) {
        socket.sendToAddress(buffer, 0, from.receivedAmount(), from.getAddress(), from.getPort());
        from = socket.recvFromAddress(buffer, 0, Pattern.MAX_RUN);
      }
    } catch (IOException e) {
      // Whoever sent it waits in vain and says so.
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
