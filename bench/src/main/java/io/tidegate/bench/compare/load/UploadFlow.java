package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A client that sends until it is stopped, then ends the stream and waits for the other end. */
final class UploadFlow extends BulkFlow {

  private boolean ended;

  UploadFlow(LoadLoop loop, InetSocketAddress target, long position, Faults faults)
      throws IOException {
    super(loop, target, Request.Kind.SINK, position, faults);
  }

  @Override
  void stop() {
    stopped = true;
    resumeLater();
  }

  @Override
  void onReady() throws IOException {
    boolean asked = ask();
    if (isReadable() && receive() < 0) {
      if (!ended) {
        throw closedUnderWay();
      }
      close();
      return;
    }
    if (asked && !stopped) {
      sendSome();
    } else if (asked && !ended) {
      ended = true;
      finishSending();
    }
  }

  private void sendSome() throws IOException {
    int budget = BYTES_PER_TURN;
    while (isWritable() && budget > 0) {
      int sent = send(Pattern.address(position()), Pattern.MAX_RUN);
      movedBytes += sent;
      budget -= sent;
    }
    if (isWritable()) {
      resumeLater();
    }
  }
}
