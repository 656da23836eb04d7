package io.tidegate.agent;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nobody has, and that the kernel gives to nobody who asks for any: those would be taken
 * by the next client, now and then, before a test has bound them.
 */
public final class FreePort {

  // Below those that Linux chooses from, above those that are known for something.
  private static final int FIRST = 12_000;
  private static final int END = 32_000;

  private FreePort() {}

  /** One that is free for TCP and UDP, at every address. */
  public static int any() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket tcp = new ServerSocket(port);
        DatagramSocket udp = new DatagramSocket(port)) {
      return tcp.isBound() && udp.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
