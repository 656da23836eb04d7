package io.tidegate.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * A data path that serves one port, on every address of IPv4, in a process of its own. Says the
 * port, then its {@link Vitals} whenever it is asked; ends with its input.
 */
final class ProxyProgram {

  static final String COLLECT = "collect";

  private ProxyProgram() {}

  /**
   * Serves until the input ends.
   *
   * @param args the tasks, each as {@code address:port}
   */
  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    try (ProxyFixture proxy = new ProxyFixture(config())) {
      InetSocketAddress[] tasks =
          Arrays.stream(args).map(ProxyProgram::address).toArray(InetSocketAddress[]::new);
      int port = proxy.serve(tasks);
      System.out.println(port);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals(COLLECT)) {
          System.gc();
        }
        System.out.println(Vitals.of(proxy, port).line());
      }
    }
  }

  /** The defaults, but for more relays than there may be descriptors. */
  private static ProxyConfig config() {
    return new ProxyConfig(
        ProxyFixture.SHARDS,
        "0.0.0.0",
        Duration.ofSeconds(4),
        3,
        4_096,
        RelayConfig.defaults().withRelays(100_000),
        UdpConfig.defaults());
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }
}
