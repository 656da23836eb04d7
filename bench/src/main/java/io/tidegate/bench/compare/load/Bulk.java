package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Flows of one direction, as fast as they go. Units: bytes that have arrived. */
public final class Bulk extends Traffic {

  /** Where the bytes go. */
  public enum Direction {
    TO_TASK,
    TO_CLIENT
  }

  private static final long POSITION_STEP = 7_919;

  private final Direction direction;
  private final int flows;
  private final List<BulkFlow> open = new ArrayList<>();

  public Bulk(
      LoadLoop loop,
      InetSocketAddress target,
      Responder responder,
      Direction direction,
      int flows) {
    super(loop, target, responder);
    this.direction = direction;
    this.flows = flows;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < flows; i++) {
      long position = i * POSITION_STEP;
      open.add(
          switch (direction) {
            case TO_TASK -> new UploadFlow(loop, target, position, faults());
            case TO_CLIENT -> new DownloadFlow(loop, target, position, faults());
          });
    }
  }

  @Override
  public long units() {
    return direction == Direction.TO_TASK ? responder.sunkBytes : movedByClients();
  }

  private long movedByClients() {
    long moved = 0;
    for (int i = 0; i < open.size(); i++) {
      moved += open.get(i).movedBytes();
    }
    return moved;
  }

  @Override
  void stop() throws IOException {
    for (BulkFlow flow : open) {
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
    long byTask = direction == Direction.TO_TASK ? responder.sunkBytes : responder.sourcedBytes;
    if (byTask != movedByClients()) {
      throw new PayloadException(
          "%d bytes moved by the task, %d by clients".formatted(byTask, movedByClients()));
    }
  }
}
