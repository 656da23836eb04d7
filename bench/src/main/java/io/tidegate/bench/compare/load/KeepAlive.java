package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Connections that stay, each asking again as soon as it is answered. Units: answers. */
public final class KeepAlive extends Traffic {

  private final int connections;
  private final int answerBytes;
  private final List<Asker> askers = new ArrayList<>();
  private long answers;
  private boolean stopped;

  public KeepAlive(
      LoadLoop loop,
      InetSocketAddress target,
      Responder responder,
      int connections,
      int answerBytes) {
    super(loop, target, responder);
    this.connections = connections;
    this.answerBytes = answerBytes;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < connections; i++) {
      Asker asker = new Asker(loop, target, i, faults(), this::onAnswer);
      askers.add(asker);
      asker.ask(answerBytes);
    }
  }

  private void onAnswer(Asker asker) throws IOException {
    answers++;
    if (stopped) {
      asker.close();
    } else {
      asker.ask(answerBytes);
    }
  }

  @Override
  public long units() {
    return answers;
  }

  @Override
  void stop() {
    stopped = true;
  }

  @Override
  boolean isOver() {
    return askers.stream().allMatch(Connection::isClosed);
  }

  @Override
  String missing() {
    return askers.stream().filter(Asker::isWaiting).count() + " answers missing";
  }
}
