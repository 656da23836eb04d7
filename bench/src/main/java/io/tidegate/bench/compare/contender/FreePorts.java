package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Ports of the loopback that are free for TCP and UDP, below those that connect(2) takes. */
public final class FreePorts {

  private static final int LOWEST = 20_000;
  private static final int BEYOND = 32_768;
  private static final int ATTEMPTS = 1_000;

  private final RandomGenerator random = RandomGenerator.getDefault();
  private final Set<Integer> given = new HashSet<>();

  /**
   * A port that was not given before.
   *
   * @throws IOException if there is none
   */
  public int next() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = random.nextInt(LOWEST, BEYOND);
      if (isFree(port) && given.add(port)) {
        return port;
      }
    }
    throw new IOException("no free port on 127.0.0.1 from " + LOWEST + " to " + (BEYOND - 1));
  }

  private static boolean isFree(int port) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (var _ = new ServerSocket(port, 1, loopback);
        var _ = new DatagramSocket(new InetSocketAddress(loopback, port))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
