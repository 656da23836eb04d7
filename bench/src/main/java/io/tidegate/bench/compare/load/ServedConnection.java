package io.tidegate.bench.compare.load;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One connection at the task's side, which does what it is asked. */
final class ServedConnection extends Connection {

  private static final int BYTES_PER_TURN = 1 << 20;

  private final Responder responder;
  private Request.Kind state = Request.Kind.STOP;
  private long position;
  private long owedBytes;
  private MemorySegment partial = MemorySegment.NULL;
  private int partialBytes;

  ServedConnection(LoadLoop loop, Socket socket, Responder responder, Faults faults) {
    super(loop, socket, faults);
    this.responder = responder;
  }

  @Override
  String name() {
    return "task";
  }

  @Override
  void onReady() throws IOException {
    int budget = BYTES_PER_TURN;
    while (!isClosed() && (isReadable() || (owedBytes > 0 && isWritable()))) {
      if (budget <= 0) {
        resumeLater();
        return;
      }
      if (isReadable()) {
        budget -= take();
      }
      if (!isClosed() && owedBytes > 0 && isWritable()) {
        budget -= give();
      }
    }
  }

  private int take() throws IOException {
    int received = receive();
    if (received < 0) {
      if (owedBytes > 0) {
        throw new PayloadException("the stream ended with an answer under way");
      }
      end();
    } else if (received > 0) {
      feed(received);
    }
    return received;
  }

  private void feed(int received) throws IOException {
    int from = 0;
    while (from < received && !isClosed()) {
      if (state == Request.Kind.SINK) {
        sink(from, received - from);
        return;
      }
      int taken = Math.min(Request.BYTES - partialBytes, received - from);
      if (taken == Request.BYTES) {
        obey(Request.readFrom(loop.buffer(), from));
      } else {
        keep(from, taken);
      }
      from += taken;
    }
  }

  /** A request came in pieces. */
  private void keep(int from, int length) throws IOException {
    if (partial.equals(MemorySegment.NULL)) {
      partial = MemorySegment.ofArray(new byte[Request.BYTES]);
    }
    MemorySegment.copy(
        loop.buffer(),
        ValueLayout.JAVA_BYTE,
        from,
        partial,
        ValueLayout.JAVA_BYTE,
        partialBytes,
        length);
    partialBytes += length;
    if (partialBytes == Request.BYTES) {
      partialBytes = 0;
      obey(Request.readFrom(partial, 0));
    }
  }

  private void obey(Request request) throws IOException {
    state = request.kind();
    switch (request.kind()) {
      case ANSWER -> {
        if (owedBytes > 0) {
          throw new PayloadException("a request arrived before the last one was answered");
        }
        position = request.position();
        owedBytes = request.length();
      }
      case SOURCE -> {
        position = request.position();
        owedBytes = Long.MAX_VALUE;
      }
      case SINK -> position = request.position();
      case STOP -> end();
    }
  }

  private void sink(int from, int length) throws PayloadException {
    if (!Pattern.matches(loop.buffer(), from, length, position)) {
      throw new PayloadException("changed bytes behind byte " + responder.sunkBytes);
    }
    position += length;
    responder.sunkBytes += length;
  }

  private int give() throws IOException {
    int sent = send(Pattern.address(position), (int) Math.min(owedBytes, Pattern.MAX_RUN));
    position += sent;
    owedBytes -= sent;
    if (state == Request.Kind.SOURCE) {
      responder.sourcedBytes += sent;
    }
    return sent;
  }

  private void end() {
    responder.open--;
    close();
  }
}
