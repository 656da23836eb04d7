package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.UnaryOperator;

/** A proxy for one connection that does something to the first bytes that the client sends. */
final class BadProxy implements AutoCloseable {

  private final ServerSocket listener;

  BadProxy(InetSocketAddress task, UnaryOperator<byte[]> harm) throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> relay(task, harm));
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  private void relay(InetSocketAddress task, UnaryOperator<byte[]> harm) {
    try (Socket client = listener.accept();
        Socket upstream = new Socket(task.getAddress(), task.getPort())) {
      InputStream in = client.getInputStream();
      OutputStream out = upstream.getOutputStream();
      out.write(harm.apply(in.readNBytes(100_000)));
      in.transferTo(out);
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
