package io.tidegate.agent.source;

import java.net.InetSocketAddress;

/**
 * A host and a port as people write them: {@code 10.0.0.5:80}, {@code [fd00::1]:80} or {@code
 * localhost:8081}. Prints the same way.
 *
 * @param host a name or an address, without brackets
 * @param port 0 to 65535; 0 is any free port, for those who listen
 */
public record HostPort(String host, int port) {

  private static final String EXPECTED =
      " (expected: host:port, as in 10.0.0.5:80 or [fd00::1]:80)";

  /**
   * Parses the text without looking the host up.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(text + EXPECTED);
    }
    return new HostPort(host(text, colon), port(text, colon));
  }

  /** The numeric form of an address, IPv6 shortened as usual. */
  public static HostPort of(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return new HostPort(
        host.contains(":") ? host.replaceFirst("(^|:)(0(:|$)){2,}", "::") : host,
        address.getPort());
  }

  private static String host(String text, int colon) {
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    if (bare.isBlank() || bracketed != bare.contains(":") || !bare.equals(bare.strip())) {
      throw new IllegalArgumentException(text + EXPECTED);
    }
    return bare;
  }

  private static int port(String text, int colon) {
    String digits = text.substring(colon + 1);
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65_535) {
      throw new IllegalArgumentException(text + EXPECTED);
    }
    return Integer.parseInt(digits);
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
