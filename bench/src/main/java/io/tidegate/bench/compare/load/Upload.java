package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Flows from clients to the task, as fast as they go. Units: bytes that the task has received. */
public final class Upload extends Traffic {

  private static final long POSITION_STEP = 7_919;

  private final int flows;
  private final List<UploadFlow> open = new ArrayList<>();

  public Upload(LoadLoop loop, InetSocketAddress target, Responder responder, int flows) {
    super(loop, target, responder);
    this.flows = flows;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < flows; i++) {
      open.add(new UploadFlow(loop, target, i * POSITION_STEP, faults()));
    }
  }

  @Override
  public long units() {
    return responder.sunkBytes;
  }

  @Override
  void stop() {
    open.forEach(UploadFlow::stop);
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
    long sent = open.stream().mapToLong(UploadFlow::sentBytes).sum();
    if (sent != responder.sunkBytes) {
      throw new PayloadException("%d bytes sent, %d received".formatted(sent, responder.sunkBytes));
    }
  }
}
