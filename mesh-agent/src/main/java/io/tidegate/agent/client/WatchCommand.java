package io.tidegate.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidegate watch}: prints changes until it is told to stop. */
@Command(
    name = "watch",
    description = {
      "Prints each change of a task as it comes in force on this node, with its lag: the time since"
          + " the change was written, or with '≥' since this node heard of it where nobody tells"
          + " more. Ctrl-C ends it.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class WatchCommand extends ApiCommand {

  @Option(names = "--for", paramLabel = "TIME", description = "Ends after this time, as in 30s.")
  @Nullable Duration limit;

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many changes.")
  int count = Integer.MAX_VALUE;

  @Option(
      names = "--after",
      paramLabel = "N",
      description =
          "Begins with what came after the change of this number, as far as the agent still has it;"
              + " 0 for all that it has. Default: with the next one.")
  @Nullable Long after;

  @Option(names = "--histogram", description = "At the end, how the lags are distributed.")
  boolean histogram;

  private final Supplier<CountDownLatch> signals;

  /**
   * @param signals takes the signals to stop over; the latch reaches zero at the first
   */
  public WatchCommand(Map<String, String> environment, Supplier<CountDownLatch> signals) {
    super(environment);
    this.signals = signals;
  }

  @Override
  void run(AgentApi api) throws ClientException {
    LagReport report = new LagReport();
    Thread watching = Thread.currentThread();
    CountDownLatch told = signals.get();
    Thread listener = Thread.ofVirtual().start(() -> interruptWhen(told, watching));
    try {
      follow(api, report);
    } catch (InterruptedException e) {
      // told to stop: what was seen is all there is
    } finally {
      listener.interrupt();
    }
    if (histogram) {
      out().println();
      print(report.lines(ink()));
    }
  }

  private static void interruptWhen(CountDownLatch told, Thread watching) {
    try {
      told.await();
      watching.interrupt();
    } catch (InterruptedException e) {
      // nobody watches any more
    }
  }

  private void follow(AgentApi api, LagReport report) throws ClientException, InterruptedException {
    ChangeReader reader =
        new ChangeReader(api, after == null ? ChangeReader.LAST : Long.toString(after), this::tell);
    long endNanos = System.nanoTime() + (limit == null ? Long.MAX_VALUE / 2 : limit.toNanos());
    int seen = 0;
    boolean isTitled = json;
    while (seen < count && endNanos - System.nanoTime() > 0 && !out().checkError()) {
      Iterable<JsonNode> changes = reader.read(Duration.ofNanos(endNanos - System.nanoTime()));
      if (!isTitled) {
        isTitled = true;
        out().println(ChangeText.title(ink()));
      }
      for (JsonNode change : changes) {
        if (seen < count) {
          report.add(change);
          out().println(json ? change.toString() : ChangeText.line(change, ink()));
          seen++;
        }
      }
    }
  }
}
