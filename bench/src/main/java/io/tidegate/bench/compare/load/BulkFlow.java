package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A client of one flow: says which, then moves bytes without end until it is stopped. */
abstract class BulkFlow extends Connection {

  static final int BYTES_PER_TURN = 256 << 10;

  private final Request request;
  private boolean asked;
  boolean stopped;
  long movedBytes;

  BulkFlow(LoadLoop loop, InetSocketAddress target, Request.Kind kind, long position, Faults faults)
      throws IOException {
    super(loop, newStream(), faults);
    request = new Request(kind, 0, position);
    connect(target);
  }

  /** Moves nothing new; what is under way goes on to its end. */
  abstract void stop() throws IOException;

  @Override
  String name() {
    return "client";
  }

  long movedBytes() {
    return movedBytes;
  }

  /** Where in the pattern the next byte stands. */
  long position() {
    return request.position() + movedBytes;
  }

  /** Says which flow it is, once the connection stands; whether that is done. */
  boolean ask() throws IOException {
    if (!asked && isWritable()) {
      send(request);
      asked = true;
    }
    return asked;
  }

  boolean hasAsked() {
    return asked;
  }

  static PayloadException closedUnderWay() {
    return new PayloadException("closed by the other side under way");
  }
}
