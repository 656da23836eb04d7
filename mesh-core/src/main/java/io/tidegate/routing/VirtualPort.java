package io.tidegate.routing;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;

/**
 * All ports of a virtual address by one protocol: the key of a virtual route. Two networks may give
 * out the same address.
 */
public record VirtualPort(String networkId, InetAddress address, Protocol protocol)
    implements Comparable<VirtualPort> {

  private static final Comparator<VirtualPort> ORDER =
      Comparator.comparing(VirtualPort::networkId)
          // Of IPv4 the address itself, so that no bytes are copied.
          .thenComparing(
              (a, b) -> Integer.compareUnsigned(a.address.hashCode(), b.address.hashCode()))
          .thenComparing(
              (a, b) -> Arrays.compareUnsigned(a.address.getAddress(), b.address.getAddress()))
          .thenComparing(VirtualPort::protocol);

  public static VirtualPort of(VirtualIp ip, Protocol protocol) {
    return new VirtualPort(ip.networkId(), ip.address(), protocol);
  }

  /** The same address by another protocol. */
  public VirtualPort with(Protocol other) {
    return new VirtualPort(networkId, address, other);
  }

  /** The same as a range of ports, each of which leads to the same port of a task. */
  public PublishedPort ports() {
    return new PublishedPort(PublishedPort.FIRST, PublishedPort.LAST, protocol);
  }

  @Override
  public int compareTo(VirtualPort other) {
    boolean isSameAddress = address.equals(other.address) && networkId.equals(other.networkId);
    return isSameAddress ? protocol.compareTo(other.protocol) : ORDER.compare(this, other);
  }

  /** As in {@code 10.0.1.2/tcp}. */
  @Override
  public String toString() {
    return address.getHostAddress() + "/" + protocol;
  }
}
