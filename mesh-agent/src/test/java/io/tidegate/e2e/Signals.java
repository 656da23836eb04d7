package io.tidegate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals that the JDK does not send. */
final class Signals {

  private Signals() {}

  /** Sends one by name, as {@code STOP}. */
  static void send(ProcessHandle process, String name) {
    String[] command = {"kill", "-" + name, String.valueOf(process.pid())};
    try {
      Process kill = new ProcessBuilder(command).redirectErrorStream(true).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
