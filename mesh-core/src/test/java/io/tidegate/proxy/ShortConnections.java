package io.tidegate.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that connect, ask once, check the answer and go, and the tasks that answer them. Every
 * other connection is ended by its client first, the others by the task; one in a hundred is reset,
 * one in a thousand takes a MiB along.
 */
final class ShortConnections implements AutoCloseable {

  private static final int CLIENTS = 48;
  // Ports are used again only after a minute, per pair of addresses: so there are many pairs.
  private static final int ADDRESSES = 32;
  private static final int TIMEOUT_MILLIS = 20_000;

  private static final int REQUEST_BYTES = Integer.BYTES;
  private static final byte[] BULK = new byte[1 << 20];

  /** What becomes of a connection, by its number, which is what clients say and tasks repeat. */
  private enum Kind {
    CLIENT_ENDS,
    TASK_ENDS,
    CLIENT_RESETS,
    BULK_THEN_TASK_ENDS;

    static Kind of(int number) {
      if (number % 1_000 == 0) {
        return BULK_THEN_TASK_ENDS;
      }
      if (number % 100 == 1) {
        return CLIENT_RESETS;
      }
      return number % 2 == 0 ? CLIENT_ENDS : TASK_ENDS;
    }
  }

  private final ServerSocket server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger number = new AtomicInteger();

  ShortConnections() throws IOException {
    server = new ServerSocket(0, 4_096, InetAddress.getByName("0.0.0.0"));
    var _ = threads.submit(this::acceptAll);
  }

  /** The one task, under each of its addresses. */
  InetSocketAddress[] tasks() {
    InetSocketAddress[] tasks = new InetSocketAddress[ADDRESSES];
    Arrays.setAll(tasks, i -> new InetSocketAddress(loopback(1, i), server.getLocalPort()));
    return tasks;
  }

  private static InetAddress loopback(int net, int i) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, (byte) net, (byte) (i + 1)});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Opens and ends connections until there were so many in all; fails if one is not as it should.
   */
  void runUpTo(int count, int port) throws Exception {
    List<Future<?>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(
          threads.submit(
              () -> {
                for (int n = number.getAndIncrement(); n < count; n = number.getAndIncrement()) {
                  ask(n, port);
                }
                return null;
              }));
    }
    for (Future<?> client : clients) {
      client.get();
    }
    number.set(count);
  }

  // --- clients ---

  private static void ask(int number, int port) throws IOException {
    Kind kind = Kind.of(number);
    byte[] request = ByteBuffer.allocate(REQUEST_BYTES).putInt(number).array();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(loopback(0, number % ADDRESSES), port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request);
      InputStream in = socket.getInputStream();
      expect(request, in.readNBytes(REQUEST_BYTES));
      switch (kind) {
        case CLIENT_ENDS -> {}
        case TASK_ENDS -> expect(new byte[0], in.readAllBytes());
        case CLIENT_RESETS -> socket.setSoLinger(true, 0);
        case BULK_THEN_TASK_ENDS -> expect(BULK, in.readAllBytes());
      }
    }
  }

  private static void expect(byte[] expected, byte[] seen) throws IOException {
    if (!Arrays.equals(expected, seen)) {
      throw new IOException("an answer of " + seen.length + " bytes that are not those asked for");
    }
  }

  // --- the task ---

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        var _ = threads.submit(() -> answer(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void answer(Socket socket) {
    try (socket) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      InputStream in = socket.getInputStream();
      byte[] request = in.readNBytes(REQUEST_BYTES);
      socket.getOutputStream().write(request);
      switch (Kind.of(ByteBuffer.wrap(request).getInt())) {
        case CLIENT_ENDS, CLIENT_RESETS -> in.read();
        case TASK_ENDS -> {}
        case BULK_THEN_TASK_ENDS -> socket.getOutputStream().write(BULK);
      }
    } catch (IOException e) {
      // The client has reset; what else goes wrong the clients notice.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
