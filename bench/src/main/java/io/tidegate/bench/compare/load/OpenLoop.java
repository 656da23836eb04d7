package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * Requests at a given rate, at intervals as chance would have it but the same for everyone, whether
 * or not the last ones were answered. An answer's latency counts from the moment at which its
 * request was to be sent. Units: answers.
 */
public final class OpenLoop extends Traffic {

  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final int MAX_BACKLOG = 1 << 16;

  private final int connections;
  private final int answerBytes;
  private final double meanNanos;
  private final SplittableRandom random = new SplittableRandom(1);
  private final List<Asker> askers = new ArrayList<>();
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private final long[] intendedNanos;
  private final long[] backlog = new long[MAX_BACKLOG];
  private final Histogram latency = new Histogram(LONGEST_NANOS, 3);
  private int backlogHead;
  private int backlogTail;
  private double nextNanos;
  private boolean started;
  private boolean stopped;
  private long answers;

  /**
   * Ready to begin.
   *
   * @param perSecond requests
   */
  public OpenLoop(
      LoadLoop loop,
      InetSocketAddress target,
      Responder responder,
      int connections,
      int answerBytes,
      double perSecond) {
    super(loop, target, responder);
    this.connections = connections;
    this.answerBytes = answerBytes;
    meanNanos = 1e9 / perSecond;
    intendedNanos = new long[connections];
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < connections; i++) {
      int number = i;
      askers.add(new Asker(loop, target, i, faults(), _ -> onAnswer(number)));
      free.add(i);
    }
  }

  @Override
  void onTurn(long nowNanos) {
    if (!started) {
      started = true;
      nextNanos = nowNanos;
    }
    while (!stopped && nextNanos <= nowNanos) {
      if (backlogTail - backlogHead == MAX_BACKLOG) {
        faults().add(MAX_BACKLOG + " requests wait to be sent: too slow for this rate");
        stopped = true;
        return;
      }
      backlog[backlogTail % MAX_BACKLOG] = (long) nextNanos;
      backlogTail++;
      nextNanos -= meanNanos * Math.log(1 - random.nextDouble());
    }
    sendDue();
  }

  private void sendDue() {
    try {
      while (backlogHead < backlogTail && !free.isEmpty()) {
        int number = free.remove();
        intendedNanos[number] = backlog[backlogHead % MAX_BACKLOG];
        backlogHead++;
        askers.get(number).ask(answerBytes);
      }
    } catch (IOException e) {
      faults().add("client: " + e.getMessage());
    }
  }

  private void onAnswer(int number) {
    latency.recordValue(Math.min(System.nanoTime() - intendedNanos[number], LONGEST_NANOS));
    answers++;
    free.add(number);
  }

  /** Forgets the latencies so far, which were those of a cold start. */
  public void forget() {
    latency.reset();
  }

  /** Nanoseconds. */
  public Histogram latency() {
    return latency;
  }

  @Override
  public long units() {
    return answers;
  }

  @Override
  void stop() {
    stopped = true;
  }

  @Override
  boolean isOver() {
    boolean over = backlogHead == backlogTail && free.size() == connections;
    if (over) {
      askers.forEach(Asker::close);
    }
    return over;
  }

  @Override
  String missing() {
    return (backlogTail - backlogHead + connections - free.size()) + " answers missing";
  }
}
