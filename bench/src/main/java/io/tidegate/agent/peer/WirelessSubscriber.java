package io.tidegate.agent.peer;

import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.source.Backoff;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber with everything but its sockets and its thread: what it lets pass, and its pauses.
 */
public final class WirelessSubscriber {

  /** How long an attempt to connect may take. */
  public static final Duration CONNECT = Duration.ofMillis(Subscriber.CONNECT_MILLIS);

  private final Intake intake;
  private final Backoff backoff = new Backoff(Subscriber.FIRST_PAUSE, Subscriber.MAX_PAUSE);

  /**
   * Messages that were understood: the same bytes are the same update, so that many subscribers in
   * one process need to read them only once.
   */
  public static final class Understood {
    private final Map<byte[], Update> updates = new WeakHashMap<>();

    private Update read(byte[] message) throws RefusedException {
      Update update = updates.get(message);
      if (update == null) {
        update = UpdateReader.read(message);
        updates.put(message, update);
      }
      return update;
    }
  }

  public WirelessSubscriber(PeerLimits limits, Understood understood) {
    this.intake = new Intake(limits.maxUpdateBytes(), understood::read);
  }

  /** A new stream begins. */
  public void onStream() {
    intake.onStream();
  }

  /**
   * Takes a message.
   *
   * @return null while parts of the update are missing
   * @throws RefusedException saying why; the message then had no effect
   */
  public PeerNews.@Nullable Told take(String publisher, byte[] message) throws RefusedException {
    return intake.take(publisher, message);
  }

  /** The pause after an attempt or a stream. */
  public Duration pause(boolean hasFollowed, double random) {
    if (hasFollowed) {
      backoff.onSuccess();
    }
    return backoff.next(random);
  }
}
