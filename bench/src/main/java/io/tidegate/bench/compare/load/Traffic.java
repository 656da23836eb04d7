package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Clients that keep something going through a proxy; everything runs on the loop's thread. */
public abstract class Traffic {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  final LoadLoop loop;
  final InetSocketAddress target;
  final Responder responder;
  private final Faults faults = new Faults();

  Traffic(LoadLoop loop, InetSocketAddress target, Responder responder) {
    this.loop = loop;
    this.target = target;
    this.responder = responder;
    responder.serve(faults);
  }

  /** Opens the connections; traffic flows as the loop turns. */
  public abstract void begin() throws IOException;

  /** What was done so far: bytes that have arrived, requests answered, connections finished. */
  public abstract long units();

  /** Begins nothing new; what is under way goes on to its end. */
  abstract void stop() throws IOException;

  /** Whether all has come to its end after a stop. */
  abstract boolean isOver();

  /** What is missing when it did not end in time. */
  abstract String missing();

  /** Compares what was sent with what has arrived. */
  void verify() throws PayloadException {}

  /** Called with the time before the loop looks at its sockets. */
  void onTurn(long nowNanos) {}

  final Faults faults() {
    return faults;
  }

  /**
   * Lets everything come to its end and checks that nothing was lost on the way.
   *
   * @throws TrafficException if anything was
   */
  public final void finish() throws TrafficException, IOException {
    stop();
    boolean over = loop.runUntil(this, this::isOver, PATIENCE);
    if (!over) {
      throw new TrafficException(missing() + " after " + PATIENCE.toSeconds() + " s");
    }
    boolean gone = loop.runUntil(this, () -> responder.open == 0, PATIENCE);
    if (!gone) {
      throw new TrafficException(
          responder.open + " connections to the task stay open though their clients have left");
    }
    verify();
  }
}
