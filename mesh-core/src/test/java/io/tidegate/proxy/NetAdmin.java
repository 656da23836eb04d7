package io.tidegate.proxy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.tidegate.kernel.Libc;
import java.io.IOException;

/** The right to have sockets with addresses of others. */
final class NetAdmin {

  private NetAdmin() {}

  /** Skips the test where the process does not have it. */
  static void assume() throws IOException {
    Epoll.ensureAvailability();
    LinuxSocket socket = LinuxSocket.newSocketStream(false);
    try {
      socket.setIntOpt(Libc.SOL_IP, Libc.IP_TRANSPARENT, 1);
    } catch (IOException e) {
      assumeTrue(false, "needs CAP_NET_ADMIN for IP_TRANSPARENT");
    } finally {
      socket.close();
    }
  }
}
