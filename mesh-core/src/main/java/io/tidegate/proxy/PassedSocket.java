package io.tidegate.proxy;

import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tidegate.kernel.CallException;
import io.tidegate.kernel.Libc;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener's socket on its way from one process to another: a descriptor of its own, to be closed
 * by whoever holds this.
 */
public record PassedSocket(PublishedPort port, int fd) implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PassedSocket.class);

  /** A second descriptor of what one is of. */
  static int duplicate(FileDescriptor of) throws IOException {
    int fd = Libc.duplicate(of.intValue());
    if (fd < 0) {
      throw CallException.of("fcntl", -fd);
    }
    return fd;
  }

  /** Where the one who passes it has bound it; null if it is no socket. */
  @Nullable InetSocketAddress localAddress() {
    return new Socket(fd).localAddress();
  }

  @Override
  public void close() {
    try {
      new FileDescriptor(fd).close();
    } catch (IOException e) {
      LOG.debug("{}: closing a passed socket failed: {}", port, e.getMessage());
    }
  }
}
