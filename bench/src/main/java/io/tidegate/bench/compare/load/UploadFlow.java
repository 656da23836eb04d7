package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A client that sends until it is stopped, then ends the stream and waits for the other end. */
final class UploadFlow extends Connection {

  private static final int BYTES_PER_TURN = 256 << 10;

  private final Request request;
  private boolean asked;
  private boolean stopped;
  private boolean ended;
  private long sentBytes;

  UploadFlow(LoadLoop loop, InetSocketAddress target, long position, Faults faults)
      throws IOException {
    super(loop, newStream(), faults);
    request = new Request(Request.Kind.SINK, 0, position);
    connect(target);
  }

  @Override
  String name() {
    return "client";
  }

  void stop() {
    stopped = true;
    resumeLater();
  }

  long sentBytes() {
    return sentBytes;
  }

  @Override
  void onReady() throws IOException {
    if (!asked && isWritable()) {
      send(request);
      asked = true;
    }
    if (isReadable() && receive() < 0) {
      if (!ended) {
        throw new PayloadException("closed by the other side under way");
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
      int sent = send(Pattern.address(request.position() + sentBytes), Pattern.MAX_RUN);
      sentBytes += sent;
      budget -= sent;
    }
    if (isWritable()) {
      resumeLater();
    }
  }
}
