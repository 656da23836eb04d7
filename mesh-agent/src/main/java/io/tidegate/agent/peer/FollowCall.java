package io.tidegate.agent.peer;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.RefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream, as its subscriber sees it: takes one message after the other, and ends the stream
 * with the first that is refused. Its callbacks come on the channel's event loop.
 */
final class FollowCall extends ClientCall.Listener<byte[]> {

  private final ClientCall<byte[], byte[]> call;
  private final PeerCheck check;
  private final Intake intake;
  private final Consumer<PeerNews> sink;
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private volatile long heardNanos = System.nanoTime();
  private volatile boolean isHandingOn;
  private @Nullable NodeName publisher;
  private boolean isRefused;
  private boolean isFollowing;

  FollowCall(
      ClientCall<byte[], byte[]> call, PeerCheck check, Intake intake, Consumer<PeerNews> sink) {
    this.call = call;
    this.check = check;
    this.intake = intake;
    this.sink = sink;
  }

  /** Asks for the stream. */
  void start() {
    call.start(this, new Metadata());
    call.sendMessage(PeerProtocol.Follow.getDefaultInstance().toByteArray());
    call.halfClose();
    call.request(1);
  }

  /**
   * Waits until the stream has ended, and ends it if nothing is heard for so long; but not while
   * the sink takes its time, for then nobody listens.
   */
  Status await(long silenceNanos) throws InterruptedException {
    while (true) {
      long quietNanos = isHandingOn ? 0 : System.nanoTime() - heardNanos;
      if (quietNanos > silenceNanos) {
        cancel(Status.UNAVAILABLE.withDescription("silent for " + quietNanos / 1_000_000 + " ms"));
      }
      try {
        return end.get(Math.max(1, silenceNanos - quietNanos), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        // look again at when something was heard last
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void cancel(Status status) {
    end.complete(status);
    call.cancel(status.getDescription(), status.getCause());
  }

  @Override
  public void onMessage(byte[] message) {
    if (isRefused || end.isDone()) {
      return;
    }
    heardNanos = System.nanoTime();
    try {
      PeerNews news = intake.take(publisher().nodeId(), message);
      if (news != null) {
        // The first that comes out of the intake is a whole.
        isFollowing = true;
        handOn(news);
      }
      call.request(1);
    } catch (RefusedException e) {
      isRefused = true;
      cancel(Status.CANCELLED.withDescription(e.getMessage()).withCause(e));
    }
  }

  private void handOn(PeerNews news) {
    isHandingOn = true;
    try {
      sink.accept(news);
    } finally {
      heardNanos = System.nanoTime();
      isHandingOn = false;
    }
  }

  /** Who publishes; with the first message the stream begins. */
  private NodeName publisher() throws RefusedException {
    NodeName known = publisher;
    if (known == null) {
      known = check.checkManager(PeerTls.certificate(call.getAttributes()));
      publisher = known;
      intake.onStream();
    }
    return known;
  }

  /** The last of all callbacks, also when this side ended the stream. */
  @Override
  public void onClose(Status status, Metadata trailers) {
    if (isFollowing) {
      sink.accept(new PeerNews.Lost(Failures.text(status)));
    }
    end.complete(status);
  }
}
