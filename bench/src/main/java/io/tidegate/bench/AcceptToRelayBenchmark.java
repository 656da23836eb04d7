package io.tidegate.bench;

import io.tidegate.proxy.RelayMode;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole short connection: connect, a byte each way, both ends. With {@code -prof gc} it tells
 * what a connection leaves to collect, in the proxy, the client and the task together.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AcceptToRelayBenchmark {

  private final ServerSocket server = listen();
  private @Nullable LoopbackProxy proxy;

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Setup
  public void start() throws IOException {
    Thread.ofPlatform().daemon().start(this::answerAll);
    var task = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    proxy = new LoopbackProxy(RelayMode.ADAPTIVE, Protocol.TCP, 1, 1, task);
  }

  /** The task ends first, so that no client's port has to wait before it is used again. */
  private void answerAll() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket.getOutputStream().write(socket.getInputStream().read());
      } catch (IOException e) {
        // The benchmark is over, or fails at the client.
      }
    }
  }

  @Benchmark
  public int connectAskClose() throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(Objects.requireNonNull(proxy).address());
      socket.getOutputStream().write(42);
      int answer = socket.getInputStream().read();
      if (answer != 42 || socket.getInputStream().read() >= 0) {
        throw new IOException("answer: " + answer + " (expected: 42 and the end)");
      }
      return answer;
    }
  }

  @TearDown
  public void stop() throws IOException {
    Objects.requireNonNull(proxy).close();
    server.close();
  }
}
