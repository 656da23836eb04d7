package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusals;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who follows, without connections. */
class SubscriptionsTest {

  private final Refusals refusals = new Refusals(() -> 0);
  private final Subscriptions subscriptions =
      new Subscriptions(
          nodeId -> true,
          refusals,
          new Connections(refusals),
          new Journal(new UpdateWriter(new Epoch("manager1", 1_000), 1 << 20)),
          () -> 0);

  /** A stream that sends all that it is given, until it is closed. */
  private static final class FakeCall extends ServerCall<byte[], byte[]> {

    private final List<byte[]> sent = new ArrayList<>();
    private boolean isClosed;

    @Override
    public void request(int numMessages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(byte[] message) {
      sent.add(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (isClosed) {
        throw new IllegalStateException("call already closed");
      }
      isClosed = true;
    }

    @Override
    public boolean isReady() {
      return !isClosed;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
      return PeerMethods.FOLLOW;
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.newBuilder()
          .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, PeerNodes.loopback(1))
          .build();
    }
  }

  @Test
  void aStreamThatThisSideHasClosedIsForgotten() {
    FakeCall closed = new FakeCall();
    ServerCall.Listener<byte[]> listener = follow(closed);
    assertThat(subscriptions.count()).isEqualTo(1);

    closed.close(Status.CANCELLED, new Metadata());
    listener.onComplete();

    assertThat(subscriptions.count()).isZero();
    FakeCall next = new FakeCall();
    follow(next);
    subscriptions.publish(TestStates.services(1));
    assertThat(next.sent).hasSize(1);
  }

  private ServerCall.Listener<byte[]> follow(FakeCall call) {
    NodeName name = new NodeName("worker1", NodeRole.WORKER, "cluster");
    FollowListener listener =
        new FollowListener(new Subscription(name, call, PeerNodes.LIMITS, 0), subscriptions);
    listener.onHalfClose();
    return listener;
  }
}
