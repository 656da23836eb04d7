package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Connections that ask once and then say nothing. Units: connections that are open and idle. */
public final class IdleRelays extends Traffic {

  private static final int OPENED_AT_ONCE = 64;
  private static final int ANSWER_BYTES = 1_024;

  private final int connections;
  private final List<Asker> askers = new ArrayList<>();
  private int answered;

  public IdleRelays(LoadLoop loop, InetSocketAddress target, Responder responder, int connections) {
    super(loop, target, responder);
    this.connections = connections;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < Math.min(OPENED_AT_ONCE, connections); i++) {
      openOne();
    }
  }

  private void openOne() throws IOException {
    Asker asker = new Asker(loop, target, askers.size(), faults(), this::onAnswer);
    askers.add(asker);
    asker.ask(ANSWER_BYTES);
  }

  private void onAnswer(Asker ignored) throws IOException {
    answered++;
    if (askers.size() < connections) {
      openOne();
    }
  }

  @Override
  public long units() {
    return answered;
  }

  @Override
  void stop() {
    askers.forEach(Asker::close);
  }

  @Override
  boolean isOver() {
    return true;
  }

  @Override
  String missing() {
    return (connections - answered) + " connections missing";
  }
}
