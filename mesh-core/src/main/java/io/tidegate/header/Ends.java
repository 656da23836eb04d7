package io.tidegate.header;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.NativeInetAddress;
import io.tidegate.kernel.TcpSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a client's connection as the client has them, whoever relayed it on its way here.
 * Addresses of IPv4 are such, also where a socket of both families has them as {@code
 * ::ffff:192.0.2.1}; those of IPv6 have no zone.
 *
 * @param source the client
 * @param destination what it has connected to
 */
public record Ends(InetSocketAddress source, InetSocketAddress destination) {

  public Ends {
    source = plain(source);
    destination = plain(destination);
  }

  private static InetSocketAddress plain(InetSocketAddress address) {
    try {
      // The address alone; makes one of IPv4 of what is mapped.
      byte[] bytes = address.getAddress().getAddress();
      return new InetSocketAddress(InetAddress.getByAddress(bytes), address.getPort());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address + " (expected: 4 or 16 bytes)", e);
    }
  }

  /**
   * Those of a client that was just accepted, or null where the socket tells them no more.
   *
   * @param address the client's, as accept(2) tells it through Netty
   */
  public static @Nullable Ends ofAccepted(byte[] address, TcpSocket client) {
    return of(NativeInetAddress.address(address, 1, address[0]), wrap(client));
  }

  /** Those of a client that was accepted at some time. */
  public static @Nullable Ends of(TcpSocket client) {
    LinuxSocket socket = wrap(client);
    return of(socket.remoteAddress(), socket);
  }

  /** Costs a system call. */
  private static LinuxSocket wrap(TcpSocket client) {
    return LinuxSocket.newSocket(client.intValue());
  }

  private static @Nullable Ends of(@Nullable InetSocketAddress source, LinuxSocket client) {
    InetSocketAddress destination = client.localAddress();
    return source == null || destination == null ? null : new Ends(source, destination);
  }

  /** Whether both are of IPv4. */
  boolean areIpv4() {
    return isIpv4(source) && isIpv4(destination);
  }

  /** Whether it is one of IPv4, of which a plain address tells. */
  public static boolean isIpv4(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }
}
