package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** A client of the misbehaving task (deploy/lab/tricks.pl) through one node. */
record Tricks(String host, int port) {

  private static final int PATIENCE_MILLIS = 60_000;

  void echoesBothWaysAtOnce(int length) throws Exception {
    byte[] sent = bytes(length);
    try (Socket socket = open("echo")) {
      Thread writer = writeAndEnd(socket, sent);
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
      writer.join();
    }
  }

  void echoesToAReaderThatPauses(int length) throws Exception {
    byte[] sent = bytes(length);
    try (Socket socket = open("echo")) {
      Thread writer = writeAndEnd(socket, sent);
      // Long enough for every buffer on the way to fill up.
      writer.join(2_000);
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
      writer.join();
    }
  }

  void echoesSingleBytes(int count) throws IOException {
    try (Socket socket = open("echo")) {
      socket.setTcpNoDelay(true);
      for (int i = 0; i < count; i++) {
        socket.getOutputStream().write(i);
        assertThat(socket.getInputStream().read()).isEqualTo(i & 0xff);
      }
    }
  }

  void deliversAnEndRightBehindTheLastByte(int length) throws IOException {
    try (Socket socket = open("blast " + length)) {
      InputStream in = socket.getInputStream();
      byte[] seen = in.readNBytes(length);
      assertThat(seen).hasSize(length);
      for (int i = 0; i < length; i++) {
        if (seen[i] != (byte) i) {
          throw new AssertionError("byte " + i + ": " + seen[i] + " (expected: " + (byte) i + ")");
        }
      }
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  void arrivesAsAResetWhenTheTaskResets() throws IOException {
    try (Socket socket = open("reset")) {
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  void arrivesAsAResetWhenTheClientResets(String node) throws IOException {
    try (Socket socket = open("watch reset-" + node)) {
      assertThat(line(socket)).isEqualTo("watching\n");
      socket.setSoLinger(true, 0);
    }
    awaitSeen("reset-" + node, "reset\n");
  }

  void arrivesAsAnEndWhenTheClientEnds(String node) throws IOException {
    try (Socket socket = open("watch end-" + node)) {
      assertThat(line(socket)).isEqualTo("watching\n");
    }
    awaitSeen("end-" + node, "end\n");
  }

  private void awaitSeen(String name, String expected) throws IOException {
    long end = System.nanoTime() + 5_000_000_000L;
    String seen;
    do {
      try (Socket socket = open("asked " + name)) {
        seen = line(socket);
      }
    } while (seen.equals("nothing\n") && System.nanoTime() < end);
    assertThat(seen).isEqualTo(expected);
  }

  private Socket open(String trick) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.getOutputStream().write((trick + "\n").getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    int read;
    while ((read = socket.getInputStream().read()) >= 0) {
      line.append((char) read);
      if (read == '\n') {
        break;
      }
    }
    return line.toString();
  }

  private static Thread writeAndEnd(Socket socket, byte[] bytes) {
    return Thread.startVirtualThread(
        () -> {
          try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
