package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A client that asks and waits for the whole answer, one at a time. */
final class Asker extends Connection {

  /** Told of each whole answer. */
  interface Listener {
    void onAnswer(Asker asker) throws IOException;
  }

  private static final int POSITION_STEP = 12_289;

  private final Listener listener;
  private long position;
  private long awaitedBytes;
  private int toAsk;

  Asker(LoadLoop loop, InetSocketAddress target, int number, Faults faults, Listener listener)
      throws IOException {
    super(loop, newStream(), faults);
    this.listener = listener;
    position = number;
    connect(target);
  }

  @Override
  String name() {
    return "client";
  }

  /** Asks for an answer of that many bytes, as soon as the connection stands. */
  void ask(int answerBytes) throws IOException {
    toAsk = answerBytes;
    awaitedBytes = answerBytes;
    position += POSITION_STEP;
    if (isWritable()) {
      sendRequest();
    }
  }

  boolean isWaiting() {
    return awaitedBytes > 0;
  }

  private void sendRequest() throws IOException {
    send(new Request(Request.Kind.ANSWER, toAsk, position));
    toAsk = 0;
  }

  @Override
  void onReady() throws IOException {
    if (toAsk > 0 && isWritable()) {
      sendRequest();
    }
    while (isReadable() && !isClosed()) {
      int received = receive();
      if (received < 0) {
        throw new PayloadException(
            "closed by the other side with " + awaitedBytes + " bytes of the answer missing");
      }
      take(received);
    }
  }

  private void take(int received) throws IOException {
    if (received > awaitedBytes) {
      throw new PayloadException((received - awaitedBytes) + " bytes more than were asked for");
    }
    if (received == 0) {
      return;
    }
    if (!Pattern.matches(loop.buffer(), 0, received, position)) {
      throw new PayloadException("changed bytes in an answer");
    }
    position += received;
    awaitedBytes -= received;
    if (awaitedBytes == 0) {
      listener.onAnswer(this);
    }
  }
}
