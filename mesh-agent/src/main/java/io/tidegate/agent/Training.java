package io.tidegate.agent;

import io.tidegate.agent.cli.Tidegate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A program of its own, for the JVM to watch while it makes an AOT cache: one short life of an
 * agent, whose published port leads to its own admin port. What is loaded and linked here is there
 * at once in every later start. Few requests only: what is seen to be hot here is compiled at every
 * start, before there is traffic (measured in ADR 14).
 */
public final class Training {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int REQUESTS = 100;
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Training() {}

  public static void main(String[] args) throws IOException {
    LogProvider.install();
    // What a start on a Swarm loads, though no engine answers here.
    execute(() -> {}, "agent", "--check", "--docker-host=tcp://127.0.0.1:1");
    System.exit(serve());
  }

  private static int serve() throws IOException {
    int published = freePort();
    int admin = freePort();
    String host = LOOPBACK.getHostAddress();
    Path routes = Files.createTempFile("tidegate-training", ".yml");
    try {
      Files.writeString(
          routes,
          """
          routes:
            - {port: %1$d, endpoints: ["%3$s:%2$d"]}
            - {port: %1$d/udp, endpoints: ["%3$s:%2$d"]}
          """
              .formatted(published, admin, host));
      return execute(
          () -> askOften(published),
          "agent",
          "--source=file:" + routes,
          "--bind=" + host,
          "--shards=1",
          "--lame-duck=0s",
          "--drain-timeout=0s",
          "--admin=" + host + ":" + admin);
    } finally {
      Files.delete(routes);
    }
  }

  private static int execute(Main.Life life, String... args) {
    return new Tidegate(Map.of(), config -> Main.run(config, life)).execute(args);
  }

  private static void askOften(int port) throws InterruptedException {
    long endNanos = System.nanoTime() + LIMIT.toNanos();
    int answered = 0;
    while (answered < REQUESTS) {
      try {
        ask(port);
        answered++;
      } catch (ConnectException e) {
        if (System.nanoTime() > endNanos) {
          throw new UncheckedIOException(e);
        }
        Thread.sleep(PAUSE); // Not listening yet.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void ask(int port) throws IOException {
    try (Socket socket = new Socket(LOOPBACK, port)) {
      byte[] request = "GET /readyz HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(request);
      socket.getInputStream().readAllBytes();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }
}
