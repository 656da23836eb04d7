package io.tidegate.agent.peer;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;

/** Counts requests that are too large: gRPC ends their calls without a word to the callee. */
final class OversizedWatch extends ServerStreamTracer.Factory {

  private final Refusals refusals;

  OversizedWatch(Refusals refusals) {
    this.refusals = refusals;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return new CallWatch();
  }

  private final class CallWatch extends ServerStreamTracer {
    private String who = "a client";

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
      who = String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    @Override
    public void streamClosed(Status status) {
      if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        refusals.add(
            who, new RefusedException(Refusal.OVERSIZED, String.valueOf(status.getDescription())));
      }
    }
  }
}
