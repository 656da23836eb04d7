package io.tidegate.agent.admin;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.Service;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which virtual addresses somebody asks for.
 *
 * @param address null for those of a service that is asked for otherwise
 * @param network a network's name or id, or null for all
 * @param protocol by which clients call it
 */
record VirtualQuery(@Nullable InetAddress address, @Nullable String network, Protocol protocol) {

  private static final Pattern IPV4 =
      Pattern.compile("([0-9]+[.][0-9]+[.][0-9]+[.][0-9]+)(:[0-9]+)?(/[a-z]+)?");

  /**
   * Reads an address, as in {@code 10.0.1.2}, {@code 10.0.1.2:80} or {@code 10.0.1.2:53/udp}: all
   * of its ports lead to the same tasks. Whatever else it is asks for no address.
   *
   * @throws QueryException if it is an address with a port that there cannot be
   */
  static VirtualQuery parse(String wanted, @Nullable String network) {
    Matcher ipv4 = IPV4.matcher(wanted);
    if (!ipv4.matches()) {
      return new VirtualQuery(literal(wanted), network, Protocol.TCP);
    }
    String port = ipv4.group(2) == null ? ":1" : ipv4.group(2);
    String protocol = ipv4.group(3) == null ? "" : ipv4.group(3);
    return new VirtualQuery(
        literal(ipv4.group(1)), network, Lookup.port(port.substring(1) + protocol).protocol());
  }

  private static @Nullable InetAddress literal(String text) {
    if (text.indexOf('.') < 0 && text.indexOf(':') < 0) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether virtual addresses are asked for at all, and not services alone. */
  boolean isNarrow() {
    return address != null || network != null;
  }

  /** Those of a service that are meant. */
  Stream<VirtualIp> of(Service service) {
    return service.virtualIps().stream().filter(this::isMeant);
  }

  boolean isMeant(VirtualIp ip) {
    return isAt(ip)
        && (network == null || network.equals(ip.networkName()) || network.equals(ip.networkId()));
  }

  /** Whether it is the address, on whatever network. */
  boolean isAt(VirtualIp ip) {
    return address == null || address.equals(ip.address());
  }
}
