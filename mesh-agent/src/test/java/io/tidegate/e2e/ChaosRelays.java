package io.tidegate.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connections that are to last, each with the task that it was given to. */
final class ChaosRelays implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;

  private final List<Relay> relays;

  private ChaosRelays(List<Relay> relays) {
    this.relays = relays;
  }

  private record Relay(String node, Socket socket, BufferedReader in, String task) {

    static Relay open(String node) throws IOException {
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress(Lab.address(node), ChaosStage.PORT), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      Relay fresh = new Relay(node, socket, in, "");
      fresh.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      return new Relay(node, socket, in, fresh.answer());
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Which task it was that answered. */
    String answer() throws IOException {
      for (String line = line(); !line.isEmpty(); line = line()) {}
      return line();
    }

    private String line() throws IOException {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("closed");
      }
      return line;
    }

    /** Whether the other side has closed it, or does so within a moment. */
    boolean isClosed() {
      try {
        socket.setSoTimeout(100);
        return in.read() < 0;
      } catch (SocketTimeoutException e) {
        return false;
      } catch (IOException e) {
        return true;
      }
    }

    @Nullable String complaint(String half, boolean isLast) {
      try {
        write(half);
        String now = isLast ? answer() : task;
        return now.equals(task) ? null : node + ": now " + now + ", before " + task;
      } catch (IOException e) {
        return node + ": " + e + ", " + task;
      }
    }
  }

  /** Opens so many to each node; each has been answered once. */
  static ChaosRelays open(Place client, List<String> nodes, int each) {
    return client.call(
        () -> {
          List<Relay> opened = new ArrayList<>();
          for (String node : nodes) {
            for (int i = 0; i < each; i++) {
              opened.add(Relay.open(node));
            }
          }
          return new ChaosRelays(opened);
        });
  }

  int count() {
    return relays.size();
  }

  /** Begins a request on each; returns what is wrong with those on which that fails. */
  List<String> begin() {
    return complaints("GET / HTTP/1.1\r\nHo", false);
  }

  /** Ends it; returns what is wrong with those that are not answered by their own task. */
  List<String> finish() {
    return complaints("st: a\r\n\r\n", true);
  }

  /** A whole request on each. */
  List<String> ask() {
    List<String> complaints = begin();
    complaints.addAll(finish());
    return complaints;
  }

  private List<String> complaints(String half, boolean isLast) {
    List<String> complaints = new ArrayList<>();
    for (Relay relay : relays) {
      String complaint = relay.complaint(half, isLast);
      if (complaint != null) {
        complaints.add(complaint);
      }
    }
    return complaints;
  }

  /** How many the other side has closed. */
  long closed() {
    return relays.stream().filter(Relay::isClosed).count();
  }

  @Override
  public void close() {
    for (Relay relay : relays) {
      try {
        relay.socket().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
