package io.tidegate.agent.peer;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import java.util.List;

/** One report, as the node sees it that is told. For the server's event loop. */
final class ReportListener extends ServerCall.Listener<byte[]> {

  private static final byte[] REPORTED = PeerProtocol.Reported.getDefaultInstance().toByteArray();

  private final NodeName reporter;
  private final ServerCall<byte[], byte[]> call;
  private final Refusals refusals;
  private final ReportSink sink;
  private byte[] message = new byte[0];

  ReportListener(
      NodeName reporter, ServerCall<byte[], byte[]> call, Refusals refusals, ReportSink sink) {
    this.reporter = reporter;
    this.call = call;
    this.refusals = refusals;
    this.sink = sink;
  }

  @Override
  public void onMessage(byte[] message) {
    this.message = message;
  }

  @Override
  public void onHalfClose() {
    try {
      List<TaskMark> marks = Marks.readReport(message);
      sink.onReport(reporter, marks);
      call.sendHeaders(new Metadata());
      call.sendMessage(REPORTED);
      call.close(Status.OK, new Metadata());
    } catch (RefusedException e) {
      refusals.add(
          reporter + " at " + call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR), e);
      call.close(
          Status.INVALID_ARGUMENT.withDescription("this node " + e.getMessage()), new Metadata());
    }
  }
}
