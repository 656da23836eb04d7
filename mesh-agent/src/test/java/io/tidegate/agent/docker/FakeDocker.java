package io.tidegate.agent.docker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A daemon on a real Unix socket that answers as it is told. It can stop (the socket is gone),
 * start again, cut its event streams, and hang.
 */
public final class FakeDocker implements AutoCloseable {

  private record Answer(int status, String body) {}

  private final Path socket;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();
  private final List<OutputStream> streams = new CopyOnWriteArrayList<>();
  private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private volatile String apiVersion = "1.41";
  private volatile @Nullable ServerSocketChannel listener;

  public FakeDocker(Path dir) throws IOException {
    this.socket = dir.resolve("docker.sock");
    start();
  }

  public URI host() {
    return URI.create("unix://" + socket);
  }

  public void start() throws IOException {
    ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    opened.bind(UnixDomainSocketAddress.of(socket));
    listener = opened;
    Thread.ofVirtual().start(() -> acceptAll(opened));
  }

  public void stop() throws IOException {
    ServerSocketChannel opened = listener;
    if (opened != null) {
      opened.close();
    }
    Files.deleteIfExists(socket);
    for (SocketChannel connection : connections) {
      connection.close();
    }
    connections.clear();
    streams.clear();
  }

  public void speak(String version) {
    apiVersion = version;
  }

  /** Answers a path (without version and query; but {@code /tasks?id}) with JSON. */
  public void answer(String path, String json) {
    answers.put(path, new Answer(200, json));
  }

  /** Answers a path with an error; to {@code /events} too, which else are a stream. */
  public void fail(String path, int status, String message) {
    answers.put(path, new Answer(status, "{\"message\":\"" + message + "\"}"));
  }

  /** Has no answer for a path any more. */
  public void forget(String path) {
    answers.remove(path);
  }

  /** Takes requests for the path and never answers, until it is told to answer again. */
  public void hang(String path) {
    hanging.put(path, new CountDownLatch(1));
  }

  public void resume(String path) {
    CountDownLatch latch = hanging.remove(path);
    if (latch != null) {
      latch.countDown();
    }
  }

  /** How many follow the events. */
  public int followers() {
    return streams.size();
  }

  public void event(String json) throws IOException {
    for (OutputStream stream : streams) {
      stream.write((json + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Ends the event streams, as a daemon does when it ends. */
  public void cutEvents() throws IOException {
    for (OutputStream stream : streams) {
      stream.close();
    }
    streams.clear();
  }

  /** All requests so far, as path and query. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  public void forgetRequests() {
    requests.clear();
  }

  private void acceptAll(ServerSocketChannel opened) {
    try {
      while (true) {
        SocketChannel connection = opened.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (IOException e) {
      // stopped
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(connection), StandardCharsets.UTF_8));
      String target = readTarget(in);
      requests.add(target);
      OutputStream out = Channels.newOutputStream(connection);
      String path = key(target);
      if (path.equals("/events") && !answers.containsKey(path)) {
        follow(out, in);
        return;
      }
      CountDownLatch latch = hanging.get(path);
      if (latch != null) {
        latch.await();
      }
      write(out, path.equals("/_ping") ? new Answer(200, "OK") : answers.get(path));
    } catch (IOException | InterruptedException e) {
      // the client went away
    } finally {
      connections.remove(connection);
    }
  }

  private static String readTarget(BufferedReader in) throws IOException {
    String request = in.readLine();
    if (request == null) {
      throw new IOException("no request");
    }
    String line = in.readLine();
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    return URLDecoder.decode(request.split(" ", -1)[1], StandardCharsets.UTF_8);
  }

  private static String key(String target) {
    String path = target.replaceFirst("^/v1\\.\\d+", "");
    int query = path.indexOf('?');
    if (query < 0) {
      return path;
    }
    return path.startsWith("/tasks") && path.contains("\"id\"")
        ? "/tasks?id"
        : path.substring(0, query);
  }

  private void write(OutputStream out, @Nullable Answer answer) throws IOException {
    Answer known = answer == null ? new Answer(404, "{\"message\":\"page not found\"}") : answer;
    byte[] body = known.body().getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %d Answer\r\nApi-Version: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(known.status(), apiVersion, body.length);
    out.write(head.getBytes(StandardCharsets.UTF_8));
    out.write(body);
  }

  private void follow(OutputStream out, BufferedReader in) throws IOException {
    out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    streams.add(out);
    while (in.readLine() != null) {
      // a client has nothing more to say
    }
    streams.remove(out);
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
