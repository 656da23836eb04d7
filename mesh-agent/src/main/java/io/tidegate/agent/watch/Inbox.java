package io.tidegate.agent.watch;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way from Netty's thread to the session's. Every message is taken from the
 * socket at once: what a client leaves there grows in the manager's memory without a limit. Here
 * there is one, and whoever exceeds it loses the stream.
 */
final class Inbox extends ClientCall.Listener<Swarmkit.WatchMessage> {

  private sealed interface Item {
    record Message(Swarmkit.WatchMessage message) implements Item {}

    record End(Status status) implements Item {}
  }

  private final ClientCall<?, Swarmkit.WatchMessage> call;
  private final int maxMessages;
  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();

  Inbox(ClientCall<?, Swarmkit.WatchMessage> call, int maxMessages) {
    this.call = call;
    this.maxMessages = maxMessages;
  }

  @Override
  public void onMessage(Swarmkit.WatchMessage message) {
    if (items.size() >= maxMessages) {
      call.cancel("more than " + maxMessages + " commits wait to be applied", null);
      return;
    }
    items.add(new Item.Message(message));
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    items.add(new Item.End(status));
  }

  /** The next message; waits for it. */
  Swarmkit.WatchMessage take() throws InterruptedException, WatchException {
    return messageOf(items.take());
  }

  /** The next message, or null when there is none for so long. */
  Swarmkit.@Nullable WatchMessage poll(Duration limit) throws InterruptedException, WatchException {
    Item item = items.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    return item == null ? null : messageOf(item);
  }

  private static Swarmkit.WatchMessage messageOf(Item item) throws WatchException {
    return switch (item) {
      case Item.Message(Swarmkit.WatchMessage message) -> message;
      case Item.End(Status status) -> throw Failures.of("the stream ended", status);
    };
  }
}
