package io.tidegate.agent.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a port is free before the mesh serves it: the mesh shares ports among its shards
 * (SO_REUSEPORT), so that two demos on one port would go unnoticed.
 */
final class DemoPorts {

  private final String bindAddress;
  private final IntFunction<@Nullable String> holderOf;
  private final Set<Integer> taken = new HashSet<>();

  DemoPorts(String bindAddress, IntFunction<@Nullable String> holderOf) {
    this.bindAddress = bindAddress;
    this.holderOf = holderOf;
  }

  /**
   * The port itself, or any free one for 0.
   *
   * @param option the option that chooses it
   * @throws DemoException if it is in use, naming what holds it and the way out
   */
  int free(String option, int port) throws DemoException {
    if (port < 0 || port > 65_535) {
      throw new DemoException(option + ": " + port + " (expected: 0 to 65535, 0 is any free port)");
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.ofLiteral(bindAddress), port));
      if (taken.add(probe.getLocalPort())) {
        return probe.getLocalPort();
      }
      throw new DemoException(option + ": " + port + " (expected: another port than the first)");
    } catch (IllegalArgumentException e) {
      throw new DemoException("--bind: " + bindAddress + " (expected: an IPv4 or IPv6 address)", e);
    } catch (IOException e) {
      throw new DemoException(refusal(option, port, e), e);
    }
  }

  private String refusal(String option, int port, IOException e) {
    String holder = holderOf.apply(port);
    return "port %d cannot be served: %s%s. Choose another with %s (0 is any free one)."
        .formatted(port, e.getMessage(), holder == null ? "" : ", " + holder, option);
  }
}
