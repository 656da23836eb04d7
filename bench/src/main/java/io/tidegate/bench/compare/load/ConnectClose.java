package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Clients that connect, ask once, take the answer and close, over and over. Units: connections that
 * were answered whole.
 */
public final class ConnectClose extends Traffic {

  private final int concurrency;
  private final int answerBytes;
  private int begun;
  private long answered;
  private boolean stopped;

  public ConnectClose(
      LoadLoop loop,
      InetSocketAddress target,
      Responder responder,
      int concurrency,
      int answerBytes) {
    super(loop, target, responder);
    this.concurrency = concurrency;
    this.answerBytes = answerBytes;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < concurrency; i++) {
      beginOne();
    }
  }

  private void beginOne() throws IOException {
    begun++;
    new Asker(loop, target, begun, faults(), this::onAnswer).ask(answerBytes);
  }

  private void onAnswer(Asker asker) throws IOException {
    answered++;
    asker.close();
    if (!stopped) {
      beginOne();
    }
  }

  @Override
  public long units() {
    return answered;
  }

  @Override
  void stop() {
    stopped = true;
  }

  @Override
  boolean isOver() {
    return begun == answered;
  }

  @Override
  String missing() {
    return (begun - answered) + " answers missing";
  }
}
