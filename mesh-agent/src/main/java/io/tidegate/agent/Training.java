package io.tidegate.agent;

import io.tidegate.agent.cli.Tidegate;
import io.tidegate.agent.peer.StateFile;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program of its own, for the JVM to watch while it makes an AOT cache: two short lives of an
 * agent, one on a Swarm that is silent and one whose published port leads to its own admin port.
 * What is loaded and linked here is there at once in every later start. Few requests only: what is
 * seen to be hot here is compiled at every start, before there is traffic (measured in ADR 14).
 */
public final class Training {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final String NO_ENGINE = "--docker-host=unix:///nonexistent/docker.sock";
  private static final int REQUESTS = 100;
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Training() {}

  public static void main(String[] args) throws IOException {
    LogProvider.install();
    Path folder = Files.createTempDirectory("tidegate-training");
    int result;
    try {
      execute(_ -> {}, List.of("agent", "--check", NO_ENGINE));
      serveWhatWasSaved(folder);
      result = serveFile(folder);
    } finally {
      delete(folder);
    }
    System.exit(result);
  }

  /** A start on a Swarm that nobody tells of, so that what was saved last serves. */
  private static void serveWhatWasSaved(Path folder) throws IOException {
    int published = freePort();
    int admin = freePort();
    new StateFile(folder)
        .write(new StateFile.Saved("own", System.currentTimeMillis(), SmallState.of(published)));
    serve(
        _ -> {
          awaitListening(published);
          ask(admin);
        },
        admin,
        NO_ENGINE,
        "--state-dir=" + folder,
        "--netns-dir=" + folder,
        "--certificates-dir=" + folder,
        "--control-socket=" + folder.resolve("control.sock"));
  }

  private static int serveFile(Path folder) throws IOException {
    int published = freePort();
    int admin = freePort();
    Path routes = folder.resolve("routes.yml");
    Files.writeString(
        routes,
        """
        routes:
          - {port: %1$d, endpoints: ["%3$s:%2$d"]}
          - {port: %1$d/udp, endpoints: ["%3$s:%2$d"]}
        """
            .formatted(published, admin, LOOPBACK.getHostAddress()));
    return serve(
        _ -> {
          awaitListening(published);
          for (int i = 0; i < REQUESTS; i++) {
            ask(published);
          }
        },
        admin,
        "--source=file:" + routes,
        "--state-dir=" + folder);
  }

  private static int serve(Main.Life life, int adminPort, String... options) {
    String host = LOOPBACK.getHostAddress();
    List<String> args = new ArrayList<>(List.of("agent"));
    args.addAll(List.of(options));
    args.addAll(List.of("--bind=" + host, "--admin=" + host + ":" + adminPort, "--shards=1"));
    args.addAll(List.of("--lame-duck=0s", "--drain-timeout=0s"));
    return execute(life, args);
  }

  private static int execute(Main.Life life, List<String> args) {
    return new Tidegate(Map.of(), config -> Main.run(config, life))
        .execute(args.toArray(String[]::new));
  }

  private static void awaitListening(int port) throws InterruptedException {
    long endNanos = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        new Socket(LOOPBACK, port).close();
        return;
      } catch (ConnectException e) {
        if (System.nanoTime() > endNanos) {
          throw new UncheckedIOException(e);
        }
        Thread.sleep(PAUSE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void ask(int port) {
    try (Socket socket = new Socket(LOOPBACK, port)) {
      byte[] request = "GET /readyz HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(request);
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
