package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Flows from the task to clients, as fast as they go. Units: bytes that clients have received. */
public final class Download extends Traffic {

  private static final long POSITION_STEP = 7_919;

  private final int flows;
  private final List<DownloadFlow> open = new ArrayList<>();

  public Download(LoadLoop loop, InetSocketAddress target, Responder responder, int flows) {
    super(loop, target, responder);
    this.flows = flows;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < flows; i++) {
      open.add(new DownloadFlow(loop, target, i * POSITION_STEP, faults()));
    }
  }

  @Override
  public long units() {
    long received = 0;
    for (int i = 0; i < open.size(); i++) {
      received += open.get(i).receivedBytes();
    }
    return received;
  }

  @Override
  void stop() throws IOException {
    for (DownloadFlow flow : open) {
      flow.stop();
    }
  }

  @Override
  boolean isOver() {
    return open.stream().allMatch(Connection::isClosed);
  }

  @Override
  String missing() {
    return "the end of "
        + open.stream().filter(flow -> !flow.isClosed()).count()
        + " flows missing";
  }

  @Override
  void verify() throws PayloadException {
    if (responder.sourcedBytes != units()) {
      throw new PayloadException(
          "%d bytes sent, %d received".formatted(responder.sourcedBytes, units()));
    }
  }
}
