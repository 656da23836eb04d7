package io.tidegate.agent.linux;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The IPv4 address by which a namespace is reached from outside: that of the interface through
 * which its default route leads. In {@code ingress_sbox} that is the one on docker_gwbridge.
 */
public final class GatewayAddress {

  // Of the thread that reads, unlike /proc/net.
  private static final Path ROUTES = Path.of("/proc/thread-self/net/route");
  private static final int INTERFACE = 0;
  private static final int DESTINATION = 1;
  private static final int MASK = 7;
  private static final String ALL = "00000000";

  private GatewayAddress() {}

  /**
   * Looks into a namespace.
   *
   * @throws IOException naming the namespace and what is not there
   */
  public static Inet4Address in(Path namespace) throws IOException {
    return NetworkNamespaces.inside(
        namespace, () -> of(namespace, defaultInterface(namespace, Files.readAllLines(ROUTES))));
  }

  /** The interface of the default route in the lines of a {@code /proc/net/route}. */
  static String defaultInterface(Path namespace, List<String> routes) throws IOException {
    for (String route : routes) {
      String[] columns = route.split("\\s+", -1);
      if (columns.length > MASK && columns[DESTINATION].equals(ALL) && columns[MASK].equals(ALL)) {
        return columns[INTERFACE];
      }
    }
    throw new IOException(namespace + ": no default route: nothing comes there from outside");
  }

  private static Inet4Address of(Path namespace, String name) throws IOException {
    NetworkInterface gateway = NetworkInterface.getByName(name);
    if (gateway != null) {
      for (var address : gateway.getInterfaceAddresses()) {
        if (address.getAddress() instanceof Inet4Address ipv4) {
          return ipv4;
        }
      }
    }
    throw new IOException("%s: %s has no IPv4 address".formatted(namespace, name));
  }
}
