package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A client that takes what the task sends without end, until it says stop. */
final class DownloadFlow extends BulkFlow {

  private boolean saidStop;

  DownloadFlow(LoadLoop loop, InetSocketAddress target, long position, Faults faults)
      throws IOException {
    super(loop, target, Request.Kind.SOURCE, position, faults);
  }

  @Override
  void stop() throws IOException {
    stopped = true;
    if (hasAsked() && !saidStop) {
      saidStop = true;
      send(new Request(Request.Kind.STOP, 0, 0));
    }
  }

  @Override
  void onReady() throws IOException {
    if (ask() && stopped) {
      stop();
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
    if (!Pattern.matches(loop.buffer(), 0, received, position())) {
      throw new PayloadException("changed bytes behind byte " + movedBytes);
    }
    movedBytes += received;
  }

  private void end() throws PayloadException {
    if (!stopped) {
      throw closedUnderWay();
    }
    close();
  }
}
