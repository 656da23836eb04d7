package io.tidegate.agent.docker;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Parses addresses as Docker writes them, never asking a name service. */
public final class Addresses {

  private Addresses() {}

  /** The address in {@code 10.0.0.8} or {@code 10.0.0.8/24}, or null if it is none. */
  public static @Nullable InetAddress parse(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    try {
      return InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The host in {@code 10.0.0.1:2377} or {@code [fd00::1]:2377}. */
  public static String hostOf(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    String host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
