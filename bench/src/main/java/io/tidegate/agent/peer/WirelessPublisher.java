package io.tidegate.agent.peer;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.identity.Refusals;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.concurrent.NanoClock;

/** A publisher with everything but its sockets: journal, subscriptions, limits. For one thread. */
public final class WirelessPublisher {

  private static final String CLUSTER = "simulated";

  private final PeerLimits limits;
  private final NanoClock clock;
  private final Refusals refusals;
  private final Subscriptions subscriptions;

  /** What stands for the connection to one subscriber. */
  public interface Wire {

    /** Whether it takes more now; once it does again, {@link Follower#onReady} is to be called. */
    boolean isReady();

    void send(byte[] message);

    /** The publisher ends the stream. */
    void close(String why);
  }

  /** One subscriber. */
  public final class Follower {
    private final Subscription subscription;

    private Follower(Subscription subscription) {
      this.subscription = subscription;
    }

    /** The wire takes more again. */
    public void onReady() {
      subscription.pump(clock.nanoTime());
    }

    /** The connection is lost. */
    public void onLost() {
      subscriptions.remove(subscription);
    }
  }

  public WirelessPublisher(Epoch epoch, PeerLimits limits, NanoClock clock) {
    this.limits = limits;
    this.clock = clock;
    this.refusals = new Refusals(clock::nanoTime);
    this.subscriptions =
        new Subscriptions(
            _ -> true,
            refusals,
            new Connections(refusals),
            new Journal(new UpdateWriter(epoch, limits.partBytes())),
            clock);
  }

  /** A node follows from now on. */
  public Follower follow(String nodeId, Wire wire) {
    NodeName name = new NodeName(nodeId, NodeRole.WORKER, CLUSTER);
    Subscription subscription =
        new Subscription(name, new WireCall(wire), limits, clock.nanoTime());
    subscriptions.add(subscription);
    return new Follower(subscription);
  }

  public void publish(ClusterState state) {
    subscriptions.publish(state);
  }

  public void publish(Commit commit) {
    subscriptions.publish(commit);
  }

  /** To be called once for each heartbeat. */
  public void tick() {
    subscriptions.tick();
  }

  public int followers() {
    return subscriptions.count();
  }

  /** How many followers were dropped. */
  public long refused() {
    return refusals.total();
  }

  /** A call whose transport is a wire. */
  private static final class WireCall extends ServerCall<byte[], byte[]> {

    private static final Attributes ATTRIBUTES =
        Attributes.newBuilder()
            .set(
                Grpc.TRANSPORT_ATTR_REMOTE_ADDR,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .build();

    private final Wire wire;

    WireCall(Wire wire) {
      this.wire = wire;
    }

    @Override
    public boolean isReady() {
      return wire.isReady();
    }

    @Override
    public void sendMessage(byte[] message) {
      wire.send(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      wire.close(Failures.text(status));
    }

    @Override
    public void request(int numMessages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public Attributes getAttributes() {
      return ATTRIBUTES;
    }

    @Override
    public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
      return PeerMethods.FOLLOW;
    }
  }
}
