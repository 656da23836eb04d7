package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A client that takes what the task sends without end, until it says stop. */
final class DownloadFlow extends Connection {

  private static final int BYTES_PER_TURN = 256 << 10;

  private final Request request;
  private boolean asked;
  private boolean stopped;
  private long receivedBytes;

  DownloadFlow(LoadLoop loop, InetSocketAddress target, long position, Faults faults)
      throws IOException {
    super(loop, newStream(), faults);
    request = new Request(Request.Kind.SOURCE, 0, position);
    connect(target);
  }

  @Override
  String name() {
    return "client";
  }

  void stop() throws IOException {
    stopped = true;
    if (asked) {
      send(new Request(Request.Kind.STOP, 0, 0));
    }
  }

  long receivedBytes() {
    return receivedBytes;
  }

  @Override
  void onReady() throws IOException {
    if (!asked && isWritable()) {
      send(request);
      asked = true;
      if (stopped) {
        stop();
      }
    }
    int budget = BYTES_PER_TURN;
    while (isReadable() && budget > 0) {
      int received = receive();
      if (received < 0) {
        end();
        return;
      }
      take(received);
      budget -= received;
    }
    if (isReadable()) {
      resumeLater();
    }
  }

  private void take(int received) throws PayloadException {
    if (!Pattern.matches(loop.buffer(), 0, received, request.position() + receivedBytes)) {
      throw new PayloadException("changed bytes behind byte " + receivedBytes);
    }
    receivedBytes += received;
  }

  private void end() throws PayloadException {
    if (!stopped) {
      throw new PayloadException("closed by the other side under way");
    }
    close();
  }
}
